/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request and its answer on one libcurl handle: options, limits, what
 * became of it. The inside of http.h; an exchange is used again and again.
 */
#ifndef MOODPIPE_EXCHANGE_H
#define MOODPIPE_EXCHANGE_H

#include <curl/curl.h>

#include "net/http.h"
#include "net/loop.h"

struct exchange {
	CURL *easy;
	struct http_job *job;       /* under way, or NULL */
	struct curl_slist *headers; /* of the request */
	struct loop *loop;
	bool (*allow)(const struct sockaddr *addr, socklen_t len);
	uint64_t *bytes; /* received, headers included: of all exchanges */
	bool file;       /* the job's URL is a file: one */
};

/* A handle with all that requests have in common: 0 or -1. */
int exchange_open(struct exchange *x, const struct http_options *o,
		  struct curl_slist *connect_to, struct err *err);
void exchange_close(struct exchange *x);

/* Readies the handle for job's next request. */
void exchange_start(struct exchange *x, struct http_job *job);

/* Takes from the handle what came of it: code, type, retry_after. The result;
 * *location is where an answer redirects to, or NULL, and libcurl's. */
enum http_result exchange_end(struct exchange *x, CURLcode rc,
			      const char **location);

#endif
