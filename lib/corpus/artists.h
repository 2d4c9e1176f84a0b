/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a corpus knows of its artists: how many tracks, how often played. An
 * artist is the 64-bit hash of the folded name (utf8.h): two spellings of a
 * name are one artist, two artists of one name too. The table is an array
 * sorted by hash, searched where it lies in a model's mapping.
 */
#ifndef MOODPIPE_ARTISTS_H
#define MOODPIPE_ARTISTS_H

#include "base/err.h"
#include "base/str.h"
#include "io/sort.h"

/* The hash (hash_mix) of a trimmed name that is not empty; scratch is
 * replaced. */
uint64_t artists_key(struct span name, struct str *scratch);

struct artist { /* as a model stores it */
	uint64_t key;
	double plays; /* sum over `played` tracks */
	uint32_t tracks, played;
};

/* 1 / log(1 + the corpus' largest) of an artist's plays and tracks. */
struct artists_limits {
	double plays_scale, tracks_scale;
};
void artists_limits_set(struct artists_limits *l, double plays,
			uint64_t tracks);

/* Fitting: a sort gets one entry per track, plays < 0 where unknown; then
 * artists_next gives the artists in order of key: 1, 0 at the end, -1. */
struct artists_fit {
	struct sort *sort;
	bool ahead; /* `next` holds a track of the next artist */
	struct artist next;
};
void artists_fit_init(struct artists_fit *f, size_t memory);
void artists_fit_release(struct artists_fit *f);
int artists_fit_add(struct artists_fit *f, uint64_t key, double plays,
		    struct err *err);
int artists_fit_next(struct artists_fit *f, struct artist *out,
		     struct err *err);

/* Where the keys of each leading bit pattern start, about two a pattern: a
 * look-up is two cache misses, not the dozen of a search. The table is
 * borrowed. -1: it is not sorted by key. */
struct artists_index {
	const struct artist *table;
	uint32_t *starts;
	int shift;
};
int artists_index_init(struct artists_index *x, const struct artist *table,
		       size_t count);
void artists_index_release(struct artists_index *x);
/* Starts loading what artists_find will read. */
void artists_prefetch(const struct artists_index *x, uint64_t key);
/* The entry of that key, NULL where there is none. */
const struct artist *artists_find(const struct artists_index *x, uint64_t key);

/* Standing in the corpus, [0, 1]: 0.7 of all plays and 0.3 of the number of
 * tracks, each log(1 + x) / log(1 + the corpus' largest). Where no play is
 * known the tracks count alone. */
double artists_authority(const struct artist *a,
			 const struct artists_limits *limits);

#endif
