/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many HTTP requests at once (libcurl's multi interface over epoll), one
 * thread, polite to hosts (polite.h); HTTP/2 where a TLS server speaks it,
 * connections and looked-up names used again. Only http and https, also on
 * redirects, and files where they are allowed; every peer address is checked at
 * the moment of connecting (address.h); proxies, .netrc and credentials are not
 * used; headers, body, time and redirects are limited.
 */
#ifndef MOODPIPE_HTTP_H
#define MOODPIPE_HTTP_H

#include <sys/socket.h>

#include "base/err.h"
#include "net/polite.h"

#define HTTP_HOPS 10       /* redirects followed */
#define HTTP_HEADERS 65536 /* bytes of one answer's headers */
#define HTTP_PATIENCE                                                          \
	100 /* connections that fail before there was any
				   answer: then there is no network */

#define HTTP_TRIES 3

struct http_options {
	int connections, per_host; /* at a time */
	double rate;               /* starts per host and second, 0: any */
	double timeout;            /* seconds for one request */
	/* Asked of every peer address before connecting to it, on redirects as
	 * well (address.h); NULL: any will do. */
	bool (*allow)(const struct sockaddr *addr, socklen_t len);
	const char *const *connect_to; /* HOST:PORT:ADDRESS:PORT2 */
	size_t nconnect_to;
	uint64_t requests; /* budget, 0: any number */
	uint64_t bytes;    /* budget, headers included; 0: any number. What is
			      under way when it is used up comes to its end */
	/* Seconds to wait for a host in trouble (polite.h), and for one that
	 * answers 429, or 503 with Retry-After, to be asked again for the same
	 * URL, HTTP_TRIES times in all. 0: such an answer is the answer. */
	double patience;
	const char *ca_file; /* PEM, instead of the system's; or NULL */
	bool allow_file;     /* file:///path: regular files, as code 200 */
	const char *agent;
};

enum http_result {
	HTTP_ANSWER, /* an HTTP status; the other ones had none */
	HTTP_DNS,
	HTTP_REFUSED,
	HTTP_TIMEOUT,
	HTTP_TLS,
	HTTP_PRIVATE, /* the address filter said no */
	HTTP_LOOP,
	HTTP_TOO_MANY,
	HTTP_SCHEME,  /* redirects */
	HTTP_BROKEN,  /* reset, not HTTP, short, endless headers */
	HTTP_SINK,    /* the caller's sink failed */
	HTTP_NO_FILE, /* file: no regular file that can be read */
	HTTP_LOST,
	HTTP_BUSY,    /* not asked: the host was given up */
	HTTP_OFFLINE, /* not asked: there is no network */
	HTTP_STOPPED, /* not asked, or not to its end: budget */
};
const char *http_result_name(enum http_result r); /* "redirect loop" */

struct http_job {
	struct polite_item item; /* first member; the engine's */
	struct http_job *next;   /* the engine's */
	struct str seen;         /* the engine's: URLs asked, in lines */
	size_t headers;          /* the engine's */
	bool blocked, answered;  /* the engine's */
	int tries;               /* the engine's: of this URL, while busy */

	struct str url;       /* request URL (url_clean); after redirects
				   the last one asked */
	bool head;            /* HEAD, else GET */
	size_t from;          /* with range: the first byte asked for */
	size_t range;         /* ask for bytes from to range - 1; 0: for all */
	size_t limit;         /* stop (successfully) after so many of this
			   answer; the sink may change it */
	const char *if_range; /* validator for from > 0 (RFC 9110 13.1.5), the
				 caller's; or NULL */
	/* Each line of an answer's head, status line first; or NULL. */
	void (*header)(struct http_job *job, struct span line);
	/* Takes the body of a 2xx answer: 0, or -1 to end it. NULL: nobody
	 * wants it. A redirect or a new request starts the body anew. */
	int (*sink)(struct http_job *job, const void *p, size_t n);
	void *owner;
	bool alone; /* nothing else starts at its host meanwhile */

	enum http_result result;
	long code;          /* last HTTP status, 0 where none came */
	char type[64];      /* "text/html", in lower case; "" unknown */
	int hops;           /* redirects followed */
	double retry_after; /* seconds, 0: not said */
	size_t bytes;       /* of body seen */
	double seconds; /* of all its requests; its turn waited for is not */
	bool cut;       /* the limit ended it */
};

/* False where nobody was asked, and so nothing is known. */
static inline bool http_was_asked(const struct http_job *job)
{
	return job->result != HTTP_LOST && job->result != HTTP_BUSY &&
	       job->result != HTTP_OFFLINE && job->result != HTTP_STOPPED;
}

struct http;
struct http *http_new(const struct http_options *o, struct err *err);
void http_free(struct http *h);

/* Queues job; it is the engine's until http_next gives it back. Jobs that come
 * back may be added again (with hops and seen as they are: the redirects of
 * all their requests count). */
void http_add(struct http *h, struct http_job *job);
/* Moves on until at least one job has ended or `wait` seconds have passed.
 * Starts nothing new while ended jobs are not taken with http_next. */
int http_turn(struct http *h, double wait, struct err *err);
struct http_job *http_next(struct http *h);   /* an ended job, or NULL */
size_t http_pending(const struct http *h);    /* not yet given back */
uint64_t http_requests(const struct http *h); /* started */
uint64_t http_bytes(const struct http *h);    /* received */
/* Ends everything: jobs come back HTTP_STOPPED. With `abort` false, requests
 * under way may finish. */
void http_stop(struct http *h, bool abort);

#endif
