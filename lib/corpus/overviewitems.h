/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tracks that a summary names: those that a stage failed on, those whose link
 * is of another status now, those that took longest.
 */
#ifndef MOODPIPE_OVERVIEWITEMS_H
#define MOODPIPE_OVERVIEWITEMS_H

#include "base/err.h"
#include "base/table.h"
#include "io/record.h"

#define OVERVIEW_ITEMS 100    /* named, at most */
#define OVERVIEW_SLOW_STAGE 5 /* the slowest of each stage */

struct overview_item {
	struct str id, title, link; /* link: that works, or might */
	/* Of a failure. */
	struct str stage, code, why;
	bool retry;
	/* Of a link. */
	struct str before, now;
};

struct overview_items { /* zeroed is empty; to release */
	struct overview_item *items;
	size_t count, cap;
};
void overview_items_release(struct overview_items *l);
/* With id, title and link of a record; NULL: there are OVERVIEW_ITEMS. */
struct overview_item *overview_items_add(struct overview_items *l,
					 const struct record *r);
/* Appends an array of objects. */
void overview_failures_json(const struct overview_items *l, struct str *out);
void overview_turned_json(const struct overview_items *l, struct str *out);
/* Appends lines for people; at most so many. */
void overview_failures_text(const struct overview_items *l, size_t most,
			    struct str *out);

struct overview_slow {
	struct str stage, item; /* item: an id or a URL */
	double ms;
	struct str title, link; /* of the track */
	bool known;             /* is one of the records */
	size_t next;            /* of the same item, plus one */
};

struct overview_slowest { /* zeroed is empty; to release */
	struct overview_slow *items;
	size_t count, cap;
	struct table at; /* item: the first of it, plus one */
	struct str text;
};
void overview_slowest_release(struct overview_slowest *s);
/* Takes a file (io/slowest.h). -1: ERR_ENV, ERR_DATA. */
int overview_slowest_take(struct overview_slowest *s, const char *path,
			  struct err *err);
/* Of every record, of that id. */
void overview_slowest_name(struct overview_slowest *s, const struct record *r,
			   struct span id);
/* Leaves OVERVIEW_SLOW_STAGE of each stage, slowest first; tracks that are no
 * records any more go. */
void overview_slowest_end(struct overview_slowest *s);
void overview_slowest_json(const struct overview_slowest *s, struct str *out);
void overview_slowest_text(const struct overview_slowest *s, struct str *out);

/* Appends what cannot steer a terminal. */
void overview_mask(struct str *out, struct span text);

#endif
