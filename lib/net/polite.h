/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose turn it is: items wait in a queue per host; a host serves so many at a
 * time and so many a second; hosts take turns. A host that failed or was busy
 * too often in a row is given up: its queued and later items are handed back
 * as lost. Time is the caller's (seconds, monotonic); nothing here sleeps.
 */
#ifndef MOODPIPE_POLITE_H
#define MOODPIPE_POLITE_H

#include "base/str.h"

#define POLITE_TRIP 5 /* failures in a row that give a host up */

struct polite;
struct polite_host;

struct polite_item { /* embedded in the caller's job */
	struct polite_item *next;
	struct polite_host *host;
};

enum polite_outcome {
	POLITE_FINE,   /* the host answered */
	POLITE_FAILED, /* no connection, no name, no answer in time */
	POLITE_BUSY,   /* it asked for patience (429) */
};

/* rate: starts per host and second, 0 for no limit; per_host: items under way
 * at one host. */
struct polite *polite_new(double rate, int per_host);
void polite_free(struct polite *p);

/* Queues item behind its host's others, or (first) before them; it stays the
 * caller's. */
void polite_add(struct polite *p, struct span host, struct polite_item *item,
		bool first);

/* The next item that may start now; or NULL, with *wait the seconds until one
 * may (INFINITY: only a polite_done can change that). */
struct polite_item *polite_take(struct polite *p, double now, double *wait);

/* An item that was taken has ended. */
void polite_done(struct polite *p, struct polite_item *item,
		 enum polite_outcome outcome);

/* The next queued item of a host that was given up, or NULL; *why
 * (POLITE_FAILED or POLITE_BUSY) says what the host did. */
struct polite_item *polite_lost(struct polite *p, enum polite_outcome *why);

/* The next queued item whatever its host's state, or NULL: for the end. */
struct polite_item *polite_drain(struct polite *p);

#endif
