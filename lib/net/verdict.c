/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/verdict.h"

#define HOUR 3600
#define MONTH (30 * 24 * HOUR)

const char *verdict_name(enum verdict v)
{
	static const char *const names[VERDICTS] = { "VALID", "MOVED",
						     "REQUIRES_AUTH", "DEAD",
						     "UNKNOWN" };

	return names[v];
}

enum verdict verdict_of(const struct http_job *job, struct str *reason)
{
	str_reset(reason);
	if (job->result != HTTP_ANSWER) {
		str_puts(reason, http_result_name(job->result));
		return VERDICT_UNKNOWN;
	}
	if (job->url.n > 5 && !memcmp(job->url.p, "file:", 5)) {
		str_puts(reason, "file");
		return VERDICT_VALID;
	}
	str_printf(reason, "http %ld", job->code);
	if (job->code >= 200 && job->code < 300)
		return job->hops ? VERDICT_MOVED : VERDICT_VALID;
	switch (job->code) {
	case 401:
	case 403:
	case 407:
		return VERDICT_REQUIRES_AUTH;
	case 404:
	case 410:
		return VERDICT_DEAD;
	default:
		return VERDICT_UNKNOWN;
	}
}

bool verdict_wants_get(const struct http_job *job)
{
	if (job->result == HTTP_BROKEN)
		return true; /* some servers hang up on HEAD */
	if (job->result != HTTP_ANSWER)
		return false;
	return job->code >= 400 && job->code != 401 && job->code != 407 &&
	       job->code != 429 && job->code != 503;
}

int64_t verdict_back_off(int failures, double retry_after, int64_t max_age)
{
	int64_t most = max_age > HOUR ? max_age : HOUR, wait = HOUR;

	while (--failures > 0 && wait < most)
		wait *= 2;
	if (wait > most)
		wait = most;
	if (retry_after > MONTH)
		retry_after = MONTH;
	return (double)wait < retry_after ? (int64_t)retry_after : wait;
}
