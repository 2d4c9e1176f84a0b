/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The errand of checking links: HEAD, a ranged GET where that proves nothing,
 * and for web pages a look at the page and, once a host, at one that is not
 * there (soft404.h); then a row in the history.
 *
 * DEAD needs proof: 404 or 410 to a GET, or failures in a row, `dead_failures`
 * of them or more, over `dead_seconds` or longer. A failure is an answer that
 * does not give the link (5xx, 4xx), none at all, or a soft 404. Neither
 * a failure nor proof of life is what says nothing about the link: 429 and 503
 * with Retry-After, a private address, a host that gives one page for all.
 */
#ifndef MOODPIPE_CHECK_H
#define MOODPIPE_CHECK_H

#include "net/errand.h"
#include "net/soft404.h"
#include "net/verdict.h"

extern const char check_soft[], check_same[]; /* reasons */
#define CHECK_SOFT check_soft
#define CHECK_SAME check_same

struct check_site;

struct check {
	struct history *history;
	const struct soft404 *soft; /* NULL: no looking at pages */
	int64_t now, max_age, dead_seconds;
	int dead_failures;

	struct errand *errand;    /* the rest is its own */
	struct history_link link; /* scratch */
	struct check_site *sites;
	uint64_t probes;
};

/* Sets the errand's table, ctx and callbacks. */
void check_errand(struct check *c, struct errand *e);
void check_release(struct check *c);

#endif
