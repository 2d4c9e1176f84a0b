/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much would be asked, of whom: wanted rows of a history counted by place
 * (a host, a catalogue), without noting them as history_want does. For plans:
 * the history is read only, and need not exist.
 */
#ifndef MOODPIPE_DUECOUNT_H
#define MOODPIPE_DUECOUNT_H

#include <stdio.h>

#include "base/table.h"
#include "io/record.h"
#include "net/history.h"

struct duecount { /* zeroed but for these is empty and valid */
	struct history *history;
	const struct history_table *table;
	int64_t now, max_age;
	FILE *out; /* of duecount_run */

	struct table places;
	struct duecount_row *rows; /* [places.count] */
	size_t cap;
	struct table keys; /* digests of those that were counted */
	struct str host;   /* scratch */
};
void duecount_release(struct duecount *d); /* not the history */

/* A place to be listed, at most `rate` requests a second (0: any number),
 * though nothing may be wanted there. Its number, for duecount_add. */
size_t duecount_place(struct duecount *d, struct span name, double rate);
/* The place of a URL: its host. */
size_t duecount_host(struct duecount *d, struct span url, double rate);
/* Counts a key once, as history_want and history_queue would have it; gone: due
 * whatever the history says. 0 or -1. */
int duecount_add(struct duecount *d, size_t place, struct span key,
		 struct span request, bool gone, struct err *err);

/* Gives each record to want (ctx as for stream_each), which is to add what it
 * wants; then writes to out tab-separated lines below one of names: place, wanted, new
 * (nobody was asked yet), due (new ones are), rate. Most due first, then by
 * name. 0 or -1. */
int duecount_run(struct duecount *d, char **files, int nfiles, void *ctx,
		 int (*want)(void *ctx, struct record *r, struct err *err),
		 struct err *err);

#endif
