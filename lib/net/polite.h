/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose turn it is: items wait in a queue per host; a host serves so many at a
 * time and so many a second; hosts take turns. Time is the caller's (seconds,
 * monotonic); nothing here sleeps. Each step takes constant time, or the
 * logarithm of the hosts that wait; hosts without items are forgotten after a
 * while, so that memory does not grow with the hosts of a crawl.
 *
 * A host in trouble is spared. One that is busy (429, or 503 with Retry-After)
 * is left alone as long as it asked for, at least 1 s, doubled each time; after
 * POLITE_TRIP failures in a row its circuit breaker opens, for a quarter of the
 * patience at first, doubled each time. All these pauses are shortened by
 * jitter of up to a quarter (Retry-After is lengthened), which depends on the
 * host's name and the attempt alone. After a pause one item goes to try; if it
 * is answered, the host is as before. A host that would have to be waited for
 * longer than the patience, counted from the first trouble, is given up: its
 * queued and later items are handed back as lost.
 */
#ifndef MOODPIPE_POLITE_H
#define MOODPIPE_POLITE_H

#include "base/str.h"

#define POLITE_TRIP 5 /* failures in a row that open the breaker */

struct polite;
struct polite_host;

struct polite_item { /* embedded in the caller's job */
	struct polite_item *next;
	struct polite_host *host;
	/* It goes before all others of its host, and while it is queued or
	 * under way none of them starts. */
	bool alone;
};

enum polite_outcome {
	POLITE_FINE,   /* the host answered */
	POLITE_FAILED, /* no connection, no name, no answer in time, 502-504 */
	POLITE_BUSY,   /* it asked for patience */
};

/* rate: starts per host and second, 0 for no limit; per_host: items under way
 * at one host; patience in seconds, 0: a host in trouble is given up at once
 * (busy ones after POLITE_TRIP times in a row). */
struct polite *polite_new(double rate, int per_host, double patience);
void polite_free(struct polite *p);

/* Queues item behind its host's others, or (first) before them; it stays the
 * caller's. */
void polite_add(struct polite *p, struct span host, struct polite_item *item,
		bool first, double now);

/* The next item that may start now; or NULL, with *wait the seconds until one
 * may (INFINITY: only a polite_done can change that). */
struct polite_item *polite_take(struct polite *p, double now, double *wait);

/* An item that was taken has ended; retry_after is what a busy host asked for
 * (seconds, or 0). True while the host is not given up. */
bool polite_done(struct polite *p, struct polite_item *item,
		 enum polite_outcome outcome, double retry_after, double now);

/* The next queued item of a host that was given up, or NULL; *why
 * (POLITE_FAILED or POLITE_BUSY) says what the host did, *wait for how many
 * seconds more it wants to be left alone. */
struct polite_item *polite_lost(struct polite *p, double now,
				enum polite_outcome *why, double *wait);

/* The next queued item whatever its host's state, or NULL: for the end. */
struct polite_item *polite_drain(struct polite *p);

size_t polite_hosts(const struct polite *p); /* remembered now */

#endif
