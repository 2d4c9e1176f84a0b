/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What took longest. Where $MOODPIPE_SLOWEST names a file, a run leaves its
 * slowest items there, for report(1): an object {"stage", "item", "ms"} a line,
 * slowest first, at most SLOWEST_KEPT. They are added to what the file says;
 * what a run timed anew replaces what was said of it. Times are of a clock:
 * nothing that is compared byte for byte may be made of them.
 */
#ifndef MOODPIPE_SLOWEST_H
#define MOODPIPE_SLOWEST_H

#include "base/err.h"
#include "base/str.h"
#include "io/options.h"

#define SLOWEST_KEPT 50
#define SLOWEST_LEAST 0.001 /* seconds: what takes less is not slow */

struct slowest; /* of a run, for all its threads */
/* NULL: nobody asks. A file that is none is as one that is not there. */
struct slowest *slowest_open(const char *stage);

struct slowest_item {
	double ms;
	struct str name;
};
struct slowest_tally { /* of one thread; zeroed is empty; to release */
	struct slowest_item items[SLOWEST_KEPT]; /* ms descending */
	size_t count;
	uint64_t anew; /* bit i: what the file says in line i is outdated */
};
void slowest_release(struct slowest_tally *t);
/* s NULL: nothing. name: an id or a URL. */
void slowest_note(const struct slowest *s, struct slowest_tally *t,
		  struct span name, double seconds);
void slowest_merge(struct slowest_tally *to, const struct slowest_tally *from);
/* Writes the file, if anything was timed, and frees s (NULL: fine). A file that
 * cannot be written is said (options_fail), and nothing more: the work is
 * done. */
void slowest_close(struct slowest *s, const struct slowest_tally *t,
		   const struct options *o);

/* Calls each(ctx, stage, item, ms) for every line of a file; stops where it
 * returns other than 0. -1: ERR_ENV, ERR_DATA. */
int slowest_read(const char *path, void *ctx,
		 int (*each)(void *ctx, struct span stage, struct span item,
			     double ms),
		 struct err *err);

#endif
