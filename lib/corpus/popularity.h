/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Popularity from play counts: log-scaled against the corpus' maximum, and a
 * tier by percentile. Fitted in constant memory from a histogram of 1 + plays
 * with 64 steps an octave (counts below 128 are told apart exactly, others to
 * 1.6 %), so the order of tracks and the number of files do not matter.
 */
#ifndef MOODPIPE_POPULARITY_H
#define MOODPIPE_POPULARITY_H

#include <stdint.h>

#include "base/str.h"

enum popularity_tier { /* share of tracks with fewer plays */
		       POPULARITY_UNDERGROUND, /* < 50 % */
		       POPULARITY_NICHE,       /* < 80 % */
		       POPULARITY_POPULAR,     /* < 98 % */
		       POPULARITY_VIRAL,
		       POPULARITY_TIERS
};

#define POPULARITY_STEPS 64 /* an octave */
#define POPULARITY_BUCKETS (54 * POPULARITY_STEPS)

struct popularity_fit {
	uint64_t count, buckets[POPULARITY_BUCKETS];
	double max;
};
void popularity_add(struct popularity_fit *f, double plays);

struct popularity {                     /* as a model stores it */
	uint64_t count;                 /* tracks with a play count */
	double scale;                   /* 1 / log(1 + most plays), or 0 */
	double least[POPULARITY_TIERS]; /* plays at which a tier begins */
};
void popularity_end(const struct popularity_fit *f, struct popularity *out);

/* log(1 + plays) / log(1 + max), in [0, 1]; 0 where max is 0. */
double popularity_score(const struct popularity *p, double plays);
enum popularity_tier popularity_tier(const struct popularity *p, double plays);
const char *popularity_tier_name(enum popularity_tier tier); /* "Niche" */

#endif
