/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A quota for the audio store. Features outlive the sound they came from: a
 * file may go once a feature file has a row of it, and goes the oldest fetch
 * first, files that no download knows before all others. The history remembers
 * it as "evicted": its records keep path and digest, by which extract-features
 * --reuse finds the row again. A file nobody has listened to stays.
 */
#ifndef MOODPIPE_QUOTA_H
#define MOODPIPE_QUOTA_H

#include <stdint.h>

#include "net/history.h"

struct quota { /* zeroed is valid: no quota */
	const char *store;
	struct history *history; /* open for writing */
	size_t limit;            /* bytes, 0: none */

	uint64_t *heard; /* [nheard] digests of what was listened to, sorted */
	size_t nheard, cap;
	uint64_t total;   /* bytes in the store */
	uint64_t evicted; /* files */
};

/* With store, history and limit set: counts the store and reads which files
 * were listened to, the feature files' digests of all rows but those that had
 * no file to read. */
int quota_open(struct quota *q, const char *const *features, size_t n,
	       struct err *err);
/* Makes sure that the store is within the limit; where it is not, goes a bit
 * below. 1, 0: nothing more may go; -1. Outside any transaction. */
int quota_keep(struct quota *q, struct err *err);
void quota_release(struct quota *q);

#endif
