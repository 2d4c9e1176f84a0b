/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an answer, or the lack of one, says about a link, and when to ask again.
 * A link is DEAD only on proof (404, 410 to a GET); everything that may be the
 * network's or the moment's fault is UNKNOWN.
 */
#ifndef MOODPIPE_VERDICT_H
#define MOODPIPE_VERDICT_H

#include "net/http.h"

enum verdict {
	VERDICT_VALID,
	VERDICT_MOVED,
	VERDICT_REQUIRES_AUTH,
	VERDICT_DEAD,
	VERDICT_UNKNOWN,
	VERDICTS
};
const char *verdict_name(enum verdict v); /* "REQUIRES_AUTH" */

/* Replaces *reason with "http 404", "timeout" ... */
enum verdict verdict_of(const struct http_job *job, struct str *reason);

/* True where the answer to a HEAD proves nothing: it was refused (405, 501,
 * 403 ...), or it tells of a death that a GET should confirm. */
bool verdict_wants_get(const struct http_job *job);

/* Seconds until the next attempt after `failures` in a row (1 or more): an
 * hour, doubled each time, at most the greater of an hour and max_age, at least
 * what Retry-After asks for (30 days at most). */
int64_t verdict_back_off(int failures, double retry_after, int64_t max_age);

#endif
