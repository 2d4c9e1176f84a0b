/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/http.h"

#include <curl/curl.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/progress.h"
#include "text/url.h"

/* An answer nobody reads is taken to its end when it is this small: the
 * connection can then serve the next request. */
#define HTTP_SKIP 16384

struct slot {
	bool (*allow)(const struct sockaddr *addr, socklen_t len);
	CURL *easy;
	struct http_job *job;
};

struct http {
	struct http_options o;
	CURLM *multi;
	struct curl_slist *connect_to;
	struct slot *slots; /* [o.connections] */
	struct slot **idle; /* [nidle] */
	int nidle;
	struct polite *polite;
	struct http_job *ended, **ended_tail;
	size_t pending;
	uint64_t requests, failures; /* failures: before any answer */
	bool stopped, answered;
	enum http_result stopped_as;
};

const char *http_result_name(enum http_result r)
{
	static const char *const names[] = {
		"answer",
		"dns",
		"refused",
		"timeout",
		"tls",
		"private address",
		"redirect loop",
		"too many redirects",
		"redirect to another scheme",
		"broken reply",
		"not stored",
		"host unreachable",
		"host busy",
		"no network",
		"not asked",
	};

	return names[r];
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose,
				 struct curl_sockaddr *a)
{
	struct slot *slot = arg;

	(void)purpose;
	if (!slot->allow(&a->addr, a->addrlen)) {
		slot->job->blocked = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct slot *slot = arg;

	n *= size;
	slot->job->headers += n;
	slot->job->answered = n > 0 && (p[0] == '\r' || p[0] == '\n');
	return slot->job->headers > HTTP_HEADERS ? 0 : n;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct slot *slot = arg;
	struct http_job *job = slot->job;
	size_t limit = job->limit, take = size * n;
	long code = 0;

	n *= size;
	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &code);
	if (!job->sink || code < 200 || code > 299) {
		job->bytes += n;
		job->cut = job->bytes > HTTP_SKIP;
		return job->cut ? 0 : n;
	}
	if (take > limit - job->bytes)
		take = limit - job->bytes;
	if (take && job->sink(job, p, take)) {
		job->result = HTTP_SINK;
		return 0;
	}
	job->bytes += take;
	job->cut = job->bytes >= limit;
	return take == n && !job->cut ? n : 0;
}

static int check_connect_to(const char *s, struct err *err)
{
	int colons = 0;

	for (const char *p = s; *p; p++)
		colons += *p == ':';
	if (colons < 3)
		return err_set(err, ERR_USAGE, "usage",
			       "--connect-to %s: "
			       "expected HOST:PORT:ADDRESS:PORT2",
			       s);
	return 0;
}

struct http *http_new(const struct http_options *o, struct err *err)
{
	struct http *h = mem_zalloc(1, sizeof(*h));

	h->o = *o;
	h->ended_tail = &h->ended;
	for (size_t i = 0; i < o->nconnect_to; i++) {
		if (check_connect_to(o->connect_to[i], err)) {
			http_free(h);
			return NULL;
		}
		h->connect_to =
		    curl_slist_append(h->connect_to, o->connect_to[i]);
	}
	if (curl_global_init(CURL_GLOBAL_ALL) ||
	    !(h->multi = curl_multi_init())) {
		err_set(err, ERR_ENV, "curl", "libcurl does not start");
		http_free(h);
		return NULL;
	}
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)o->connections);
	h->polite = polite_new(o->rate, o->per_host);
	h->slots = mem_zalloc((size_t)o->connections, sizeof(*h->slots));
	h->idle = mem_zalloc((size_t)o->connections, sizeof(*h->idle));
	for (int i = o->connections; i > 0; i--)
		h->idle[h->nidle++] = &h->slots[i - 1];
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	for (int i = 0; h->slots && i < h->o.connections; i++)
		if (h->slots[i].easy) {
			curl_multi_remove_handle(h->multi, h->slots[i].easy);
			curl_easy_cleanup(h->slots[i].easy);
		}
	if (h->multi)
		curl_multi_cleanup(h->multi);
	curl_slist_free_all(h->connect_to);
	polite_free(h->polite);
	free(h->slots);
	free(h->idle);
	free(h);
}

static void end_job(struct http *h, struct http_job *job,
		    enum http_result result)
{
	job->result = result;
	job->next = NULL;
	*h->ended_tail = job;
	h->ended_tail = &job->next;
}

static void enqueue(struct http *h, struct http_job *job)
{
	struct str host = { 0 };
	struct url u;

	if (url_host(span_str(&job->url), &host)) {
		end_job(h, job, HTTP_SCHEME);
	} else if (h->stopped) {
		end_job(h, job, h->stopped_as);
	} else {
		url_parse(span_str(&job->url), &u);
		str_printf(&host, ":%d", u.port);
		/* What has begun is brought to its end first. */
		polite_add(h->polite, span_str(&host), &job->item,
			   job->seen.n > 0);
	}
	str_release(&host);
}

void http_add(struct http *h, struct http_job *job)
{
	h->pending++;
	job->code = 0;
	enqueue(h, job);
}

static void set_options(struct http *h, struct slot *slot)
{
	CURL *e = slot->easy;
	struct http_job *job = slot->job;
	long ms = lrint(h->o.timeout * 1000);
	char range[48];

	curl_easy_setopt(e, CURLOPT_URL, str_z(&job->url));
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_USERAGENT, h->o.agent);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, ms);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, ms < 10000 ? ms : 10000);
	curl_easy_setopt(e, CURLOPT_CONNECT_TO, h->connect_to);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, slot);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, slot);
	curl_easy_setopt(e, CURLOPT_PRIVATE, slot);
	slot->allow = h->o.allow;
	if (slot->allow) {
		curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
		curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, slot);
	}
	if (job->head)
		curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
	if (job->range) {
		snprintf(range, sizeof(range), "0-%zu", job->range - 1);
		curl_easy_setopt(e, CURLOPT_RANGE, range);
	}
}

static int start(struct http *h, struct http_job *job, struct err *err)
{
	struct slot *slot = h->idle[--h->nidle];

	slot->job = job;
	job->headers = job->bytes = 0;
	job->blocked = job->answered = job->cut = false;
	job->result = HTTP_ANSWER;
	job->retry_after = 0;
	str_span(&job->seen, span_str(&job->url));
	str_putc(&job->seen, '\n');
	if (slot->easy)
		curl_easy_reset(slot->easy);
	else if (!(slot->easy = curl_easy_init()))
		return err_set(err, ERR_ENV, "curl", "libcurl has no handle");
	set_options(h, slot);
	h->requests++;
	if (curl_multi_add_handle(h->multi, slot->easy))
		return err_set(err, ERR_ENV, "curl",
			       "libcurl does not take a request");
	return 0;
}

static enum http_result result_of(const struct http_job *job, CURLcode rc)
{
	if (job->result == HTTP_SINK)
		return HTTP_SINK;
	if (job->answered && !job->sink)
		return HTTP_ANSWER; /* whatever became of the body */
	switch (rc) {
	case CURLE_OK:
		return HTTP_ANSWER;
	case CURLE_COULDNT_RESOLVE_HOST:
		return HTTP_DNS;
	case CURLE_COULDNT_CONNECT:
		return job->blocked ? HTTP_PRIVATE : HTTP_REFUSED;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return HTTP_TLS;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return HTTP_SCHEME;
	case CURLE_WRITE_ERROR:
		return job->cut ? HTTP_ANSWER : HTTP_BROKEN;
	default:
		return HTTP_BROKEN;
	}
}

static bool was_seen(const struct http_job *job)
{
	struct span rest = span_str(&job->seen);
	struct span url = span_str(&job->url);

	while (rest.n) {
		size_t n = (size_t)((const char *)memchr(rest.p, '\n', rest.n) -
				    rest.p);

		if (span_eq((struct span){ rest.p, n }, url))
			return true;
		rest = (struct span){ rest.p + n + 1, rest.n - n - 1 };
	}
	return false;
}

/* Follows a redirect: HTTP_ANSWER, or why not. */
static enum http_result redirect(struct http_job *job, const char *to)
{
	if (url_clean(span_of(to), &job->url))
		return HTTP_SCHEME;
	if (was_seen(job))
		return HTTP_LOOP;
	if (++job->hops > HTTP_HOPS)
		return HTTP_TOO_MANY;
	return HTTP_ANSWER;
}

static enum polite_outcome outcome_of(const struct http_job *job,
				      enum http_result r)
{
	if (r == HTTP_DNS || r == HTTP_REFUSED || r == HTTP_TIMEOUT ||
	    r == HTTP_TLS || r == HTTP_PRIVATE)
		return POLITE_FAILED;
	return job->code == 429 ? POLITE_BUSY : POLITE_FINE;
}

static void finish(struct http *h, struct slot *slot, CURLcode rc)
{
	struct http_job *job = slot->job;
	curl_off_t after = 0;
	char *to = NULL;
	enum polite_outcome outcome;
	enum http_result r;
	bool follow;

	job->code = 0;
	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &job->code);
	curl_easy_getinfo(slot->easy, CURLINFO_RETRY_AFTER, &after);
	curl_easy_getinfo(slot->easy, CURLINFO_REDIRECT_URL, &to);
	job->retry_after = (double)after;
	r = result_of(job, rc);
	follow = r == HTTP_ANSWER && to && job->code >= 300 && job->code < 400;
	if (r == HTTP_ANSWER && !job->code)
		r = HTTP_BROKEN;
	outcome = outcome_of(job, r);
	polite_done(h->polite, &job->item, outcome);
	if (outcome != POLITE_FAILED)
		h->answered = true;
	else if (!h->answered)
		h->failures++;
	if (follow)
		r = redirect(job, to);
	curl_multi_remove_handle(h->multi, slot->easy);
	slot->job = NULL;
	h->idle[h->nidle++] = slot;
	if (follow && r == HTTP_ANSWER)
		enqueue(h, job);
	else
		end_job(h, job, r);
}

static void finish_all(struct http *h)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left))) {
		CURLcode rc = m->data.result;
		void *slot = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &slot);
		finish(h, slot, rc);
	}
}

static void take_lost(struct http *h)
{
	enum polite_outcome why;
	struct polite_item *item;

	while ((item = polite_lost(h->polite, &why)))
		end_job(h, (struct http_job *)item,
			why == POLITE_BUSY ? HTTP_BUSY : HTTP_LOST);
}

static void stop_as(struct http *h, bool abort, enum http_result result)
{
	struct polite_item *item;

	h->stopped = true;
	h->stopped_as = result;
	while ((item = polite_drain(h->polite)))
		end_job(h, (struct http_job *)item, result);
	for (int i = 0; abort && i < h->o.connections; i++) {
		struct slot *slot = &h->slots[i];

		if (!slot->job)
			continue;
		curl_multi_remove_handle(h->multi, slot->easy);
		end_job(h, slot->job, result);
		slot->job = NULL;
		h->idle[h->nidle++] = slot;
	}
}

void http_stop(struct http *h, bool abort)
{
	stop_as(h, abort, HTTP_STOPPED);
}

static int start_some(struct http *h, double *wait, struct err *err)
{
	struct polite_item *item;

	*wait = INFINITY;
	while (h->nidle && !h->stopped) {
		if (h->o.requests && h->requests >= h->o.requests) {
			http_stop(h, false);
			break;
		}
		item = polite_take(h->polite, progress_clock(), wait);
		if (!item)
			break;
		if (start(h, (struct http_job *)item, err))
			return -1;
	}
	return 0;
}

int http_turn(struct http *h, double wait, struct err *err)
{
	double until = progress_clock() + wait, left, next;
	int running;

	while (!h->ended && h->pending) {
		if (start_some(h, &next, err))
			return -1;
		if (curl_multi_perform(h->multi, &running))
			return err_set(err, ERR_ENV, "curl", "libcurl failed");
		finish_all(h);
		take_lost(h);
		if (!h->answered && !h->stopped && h->failures >= HTTP_PATIENCE)
			stop_as(h, true, HTTP_OFFLINE);
		left = fmin(until - progress_clock(), next);
		if (h->ended || until <= progress_clock())
			break;
		if (left > 0 && h->nidle < h->o.connections)
			curl_multi_poll(h->multi, NULL, 0,
					(int)ceil(left * 1000), NULL);
		else if (left > 0)
			usleep((useconds_t)(fmin(left, 0.5) * 1e6));
	}
	return 0;
}

struct http_job *http_next(struct http *h)
{
	struct http_job *job = h->ended;

	if (!job)
		return NULL;
	h->ended = job->next;
	if (!h->ended)
		h->ended_tail = &h->ended;
	h->pending--;
	return job;
}

size_t http_pending(const struct http *h)
{
	return h->pending;
}

uint64_t http_requests(const struct http *h)
{
	return h->requests;
}
