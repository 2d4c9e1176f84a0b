/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/http.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/progress.h"
#include "net/exchange.h"
#include "text/url.h"

struct http {
	struct http_options o;
	CURLM *multi;
	struct loop *loop;
	struct curl_slist *connect_to;
	struct exchange *slots; /* [o.connections] */
	struct exchange **idle; /* [nidle] */
	int nidle;
	struct polite *polite;
	struct http_job *ended, **ended_tail;
	struct str host; /* scratch */
	size_t pending;
	uint64_t requests, bytes, failures; /* failures: before any answer */
	double now;
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
		"no file",
		"host unreachable",
		"host busy",
		"no network",
		"not asked",
	};

	return names[r];
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
	    !(h->multi = curl_multi_init()))
		err_set(err, ERR_ENV, "curl", "libcurl does not start");
	else
		h->loop = loop_new(h->multi, err);
	if (!h->loop) {
		http_free(h);
		return NULL;
	}
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)o->connections);
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING,
			  (long)CURLPIPE_MULTIPLEX);
	h->polite = polite_new(o->rate, o->per_host, o->patience);
	h->now = progress_clock();
	h->slots = mem_zalloc((size_t)o->connections, sizeof(*h->slots));
	h->idle = mem_zalloc((size_t)o->connections, sizeof(*h->idle));
	for (int i = o->connections; i > 0; i--) {
		h->slots[i - 1].loop = h->loop;
		h->slots[i - 1].bytes = &h->bytes;
		h->idle[h->nidle++] = &h->slots[i - 1];
	}
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	for (int i = 0; h->slots && i < h->o.connections; i++)
		if (h->slots[i].easy) {
			curl_multi_remove_handle(h->multi, h->slots[i].easy);
			exchange_close(&h->slots[i]);
		}
	if (h->multi)
		curl_multi_cleanup(h->multi);
	loop_free(h->loop);
	curl_slist_free_all(h->connect_to);
	polite_free(h->polite);
	str_release(&h->host);
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

/* A URL of a regular file: libcurl would wait for a FIFO for ever. Its bytes
 * are not looked at but by libcurl. */
static bool is_file(const struct http *h, const struct http_job *job)
{
	struct span url = span_str(&job->url);
	char *path;
	struct stat st;
	bool ok;

	if (!h->o.allow_file || url.n < 8 || memcmp(url.p, "file:///", 8))
		return false;
	path = curl_easy_unescape(NULL, url.p + 7, (int)(url.n - 7), NULL);
	ok = path && !stat(path, &st) && S_ISREG(st.st_mode);
	curl_free(path);
	return ok;
}

/* The key of politeness: the host and port; a file is its own. -1: none. */
static int host_of(struct http *h, const struct http_job *job)
{
	struct span url = span_str(&job->url);
	struct url u;

	if (!url_host(url, &h->host)) {
		url_parse(url, &u);
		str_putc(&h->host, ':');
		str_i64(&h->host, u.port);
		return 0;
	}
	str_span(&h->host, url);
	return is_file(h, job) ? 0 : -1;
}

static void enqueue(struct http *h, struct http_job *job)
{
	bool file = job->url.n > 5 && !memcmp(job->url.p, "file:", 5);

	if (host_of(h, job)) {
		end_job(h, job,
			file && h->o.allow_file ? HTTP_NO_FILE : HTTP_SCHEME);
	} else if (h->stopped) {
		end_job(h, job, h->stopped_as);
	} else {
		job->item.alone = job->alone;
		/* What has begun is brought to its end first. */
		polite_add(h->polite, span_str(&h->host), &job->item,
			   job->seen.n > 0, h->now);
	}
}

void http_add(struct http *h, struct http_job *job)
{
	h->pending++;
	job->code = 0;
	job->tries = 0;
	enqueue(h, job);
}

static int start(struct http *h, struct http_job *job, struct err *err)
{
	struct exchange *x = h->idle[--h->nidle];

	if (!x->easy && exchange_open(x, &h->o, h->connect_to, err))
		return -1;
	str_span(&job->seen, span_str(&job->url));
	str_putc(&job->seen, '\n');
	exchange_start(x, job);
	h->requests++;
	if (curl_multi_add_handle(h->multi, x->easy))
		return err_set(err, ERR_ENV, "curl",
			       "libcurl does not take a request");
	return 0;
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
	job->tries = 0;
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
	if (job->code == 429 || (job->code == 503 && job->retry_after > 0))
		return POLITE_BUSY;
	return job->code >= 502 && job->code <= 504 ? POLITE_FAILED
						    : POLITE_FINE;
}

/* The job is asked on: behind a redirect, or once more. */
static void ask_on(struct http *h, struct http_job *job, const char *to)
{
	enum http_result r = to ? redirect(job, to) : HTTP_ANSWER;

	if (r == HTTP_ANSWER)
		enqueue(h, job);
	else
		end_job(h, job, r);
}

static void finish(struct http *h, struct exchange *x, CURLcode rc)
{
	struct http_job *job = x->job;
	const char *to;
	enum http_result r = exchange_end(x, rc, &to);
	enum polite_outcome outcome = outcome_of(job, r);
	/* The host's name will not lead elsewhere in a minute. */
	double spare = r == HTTP_PRIVATE ? INFINITY : job->retry_after;
	bool served =
	    polite_done(h->polite, &job->item, outcome, spare, h->now);

	if (outcome != POLITE_FAILED || job->code)
		h->answered = true;
	else if (!h->answered)
		h->failures++;
	if (to || (outcome == POLITE_BUSY && h->o.patience > 0 && served &&
		   ++job->tries < HTTP_TRIES))
		ask_on(h, job, to);
	else
		end_job(h, job, r);
	curl_multi_remove_handle(h->multi, x->easy);
	x->job = NULL;
	h->idle[h->nidle++] = x;
}

static void finish_all(struct http *h)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left))) {
		CURLcode rc = m->data.result;
		struct exchange *x = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
				  (char **)&x);
		finish(h, x, rc);
	}
}

static void take_lost(struct http *h)
{
	enum polite_outcome why;
	struct polite_item *item;
	double wait;

	while ((item = polite_lost(h->polite, h->now, &why, &wait))) {
		struct http_job *job = (struct http_job *)item;

		job->retry_after = wait < INFINITY ? wait : 0;
		end_job(h, job, why == POLITE_BUSY ? HTTP_BUSY : HTTP_LOST);
	}
}

static void stop_as(struct http *h, bool abort, enum http_result result)
{
	struct polite_item *item;

	h->stopped = true;
	h->stopped_as = result;
	while ((item = polite_drain(h->polite)))
		end_job(h, (struct http_job *)item, result);
	for (int i = 0; abort && i < h->o.connections; i++) {
		struct exchange *x = &h->slots[i];

		if (!x->job)
			continue;
		curl_multi_remove_handle(h->multi, x->easy);
		end_job(h, x->job, result);
		x->job = NULL;
		h->idle[h->nidle++] = x;
	}
}

void http_stop(struct http *h, bool abort)
{
	stop_as(h, abort, HTTP_STOPPED);
}

static bool is_spent(const struct http *h)
{
	return (h->o.requests && h->requests >= h->o.requests) ||
	       (h->o.bytes && h->bytes >= h->o.bytes);
}

static int start_some(struct http *h, double *wait, struct err *err)
{
	struct polite_item *item;

	*wait = INFINITY;
	while (h->nidle && !h->stopped) {
		if (is_spent(h)) {
			http_stop(h, false);
			break;
		}
		item = polite_take(h->polite, h->now, wait);
		if (!item)
			break;
		if (start(h, (struct http_job *)item, err))
			return -1;
	}
	return 0;
}

int http_turn(struct http *h, double wait, struct err *err)
{
	double until, next;

	h->now = progress_clock();
	until = h->now + wait;
	while (!h->ended && h->pending) {
		if (start_some(h, &next, err))
			return -1;
		if (h->ended)
			break;
		if (loop_turn(h->loop, fmin(until - h->now, next), err))
			return -1;
		h->now = progress_clock();
		finish_all(h);
		take_lost(h);
		if (!h->answered && !h->stopped && h->failures >= HTTP_PATIENCE)
			stop_as(h, true, HTTP_OFFLINE);
		if (until <= h->now)
			break;
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

uint64_t http_bytes(const struct http *h)
{
	return h->bytes;
}
