/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/exchange.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

/* An answer nobody reads is taken to its end when it is this small: the
 * connection can then serve the next request. */
#define SKIP 16384
#define CONNECT_MS 10000
#define DNS_SECONDS 300L

static curl_socket_t open_socket(void *arg, curlsocktype purpose,
				 struct curl_sockaddr *a)
{
	struct exchange *x = arg;
	int fd;

	(void)purpose;
	if (x->allow && !x->allow(&a->addr, a->addrlen)) {
		x->job->blocked = true;
		return CURL_SOCKET_BAD;
	}
	fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	if (fd >= 0)
		loop_opened(x->loop, fd);
	return fd;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	struct http_job *job = x->job;

	n *= size;
	*x->bytes += n;
	job->headers += n;
	job->answered = n > 0 && (p[0] == '\r' || p[0] == '\n');
	if (job->headers > HTTP_HEADERS)
		return 0;
	if (job->header)
		job->header(job, (struct span){ p, n });
	return n;
}

static bool is_wanted(const struct exchange *x)
{
	long code = 0;

	if (!x->job->sink)
		return false;
	if (x->file)
		return true;
	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &code);
	return code >= 200 && code <= 299;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	struct http_job *job = x->job;
	size_t take = size * n;

	n *= size;
	*x->bytes += n;
	if (!is_wanted(x)) {
		job->bytes += n;
		job->cut = job->bytes > SKIP;
		return job->cut ? 0 : n;
	}
	if (take > job->limit - job->bytes)
		take = job->limit - job->bytes;
	if (take && job->sink(job, p, take)) {
		job->result = HTTP_SINK;
		return 0;
	}
	job->bytes += take;
	job->cut = job->bytes >= job->limit;
	return take == n && !job->cut ? n : 0;
}

int exchange_open(struct exchange *x, const struct http_options *o,
		  struct curl_slist *connect_to, struct err *err)
{
	long ms = lrint(o->timeout * 1000);
	CURL *e = x->easy = curl_easy_init();

	if (!e)
		return err_set(err, ERR_ENV, "curl", "libcurl has no handle");
	x->allow = o->allow;
	curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR,
			 o->allow_file ? "http,https,file" : "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_USERAGENT, o->agent);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, ms);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
			 ms < CONNECT_MS ? ms : CONNECT_MS);
	curl_easy_setopt(e, CURLOPT_DNS_CACHE_TIMEOUT, DNS_SECONDS);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	if (o->ca_file)
		curl_easy_setopt(e, CURLOPT_CAINFO, o->ca_file);
	if (connect_to)
		curl_easy_setopt(e, CURLOPT_CONNECT_TO, connect_to);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, x);
	curl_easy_setopt(e, CURLOPT_PRIVATE, x);
	loop_adopt(x->loop, e);
	return 0;
}

void exchange_close(struct exchange *x)
{
	curl_easy_cleanup(x->easy);
	curl_slist_free_all(x->headers);
	x->easy = NULL;
	x->headers = NULL;
}

static void set_headers(struct exchange *x)
{
	const char *validator = x->job->from ? x->job->if_range : NULL;
	struct str line = { 0 };

	curl_slist_free_all(x->headers);
	x->headers = NULL;
	if (validator && !strpbrk(validator, "\r\n")) {
		str_printf(&line, "If-Range: %s", validator);
		x->headers = curl_slist_append(NULL, str_z(&line));
	}
	curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
	str_release(&line);
}

void exchange_start(struct exchange *x, struct http_job *job)
{
	CURL *e = x->easy;
	struct span url = span_str(&job->url);
	char range[64];

	x->job = job;
	x->file = url.n > 5 && !memcmp(url.p, "file:", 5);
	job->headers = job->bytes = 0;
	job->blocked = job->answered = job->cut = false;
	job->result = HTTP_ANSWER;
	job->retry_after = 0;
	job->type[0] = '\0';
	curl_easy_setopt(e, CURLOPT_URL, str_z(&job->url));
	/* Over TLS a second request waits to see whether the first's connection
	 * can carry it, too. */
	curl_easy_setopt(e, CURLOPT_PIPEWAIT,
			 url.n > 5 && url.p[4] == 's' ? 1L : 0L);
	if (job->head)
		curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
	snprintf(range, sizeof(range), "%zu-%zu", job->from, job->range - 1);
	curl_easy_setopt(e, CURLOPT_RANGE, job->range ? range : NULL);
	if (job->if_range || x->headers)
		set_headers(x);
}

static enum http_result result_of(const struct exchange *x, CURLcode rc)
{
	const struct http_job *job = x->job;

	if (job->result == HTTP_SINK)
		return HTTP_SINK;
	if (job->answered && !job->sink && !x->file)
		return HTTP_ANSWER; /* whatever became of the body */
	switch (rc) {
	case CURLE_OK:
		return HTTP_ANSWER;
	case CURLE_FILE_COULDNT_READ_FILE:
		return x->file ? HTTP_NO_FILE : HTTP_BROKEN;
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

/* The media type, in lower case, without its parameters. */
static void take_type(struct http_job *job, const char *text)
{
	size_t n = 0;

	for (; text && *text && *text != ';' && *text != ' ' &&
	       n + 1 < sizeof(job->type);
	     text++)
		job->type[n++] =
		    *text >= 'A' && *text <= 'Z' ? (char)(*text + 32) : *text;
	job->type[n] = '\0';
}

enum http_result exchange_end(struct exchange *x, CURLcode rc,
			      const char **location)
{
	struct http_job *job = x->job;
	enum http_result r = result_of(x, rc);
	curl_off_t after = 0;
	double seconds = 0;
	char *text = NULL;

	*location = NULL;
	curl_easy_getinfo(x->easy, CURLINFO_TOTAL_TIME, &seconds);
	job->seconds += seconds;
	job->code = 0;
	if (x->file) {
		job->code = r == HTTP_ANSWER ? 200 : 0;
		return r;
	}
	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &job->code);
	if (r != HTTP_ANSWER)
		return r;
	if (!job->code)
		return HTTP_BROKEN;
	curl_easy_getinfo(x->easy, CURLINFO_CONTENT_TYPE, &text);
	take_type(job, text);
	if (job->code < 300)
		return r;
	curl_easy_getinfo(x->easy, CURLINFO_RETRY_AFTER, &after);
	job->retry_after = (double)after;
	text = NULL;
	if (job->code < 400)
		curl_easy_getinfo(x->easy, CURLINFO_REDIRECT_URL, &text);
	*location = text;
	return r;
}
