/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What tracks of one name know of each other: a model (a pack of kind
 * "moodnear") of genre, tags, year, description and lyrics by artist, title,
 * version (match_key) and duration. Tracks of one key are parted where their
 * durations differ by more than match_durations lets pass; within a part a
 * value is taken when all that have one agree (tags: those that all have).
 * Bounded memory: tracks meet in an external sort.
 *
 * Sections: rows (struct namesakes_row, by key, then duration), text (findings
 * without their last brace, healed.h).
 */
#ifndef MOODPIPE_NAMESAKES_H
#define MOODPIPE_NAMESAKES_H

#include "corpus/healed.h"
#include "io/pack.h"

#define NAMESAKES_KIND "moodnear"
#define NAMESAKES_VERSION 1
#define NAMESAKES_ALIKE 0.99 /* match_durations of one recording, at least */

struct namesakes_row {
	uint64_t key, at; /* hash_u64 of the key; place in text */
	float low, high;  /* durations in seconds, 0 unknown */
	uint32_t n;       /* bytes of text */
	uint32_t flags;
	uint32_t givers; /* tracks that know something */
	uint32_t unused;
};
enum { NAMESAKES_LONE = 1 }; /* no two lengths are known of its key */

struct namesakes_fit;
/* v must outlive the fit. */
struct namesakes_fit *namesakes_fit_new(const struct versions *v,
					size_t memory);
void namesakes_fit_free(struct namesakes_fit *f);
int namesakes_fit_each(void *ctx, struct record *r, struct err *err);
/* Order and number of files do not change what is written. */
int namesakes_fit_write(struct namesakes_fit *f, const char *path,
			struct err *err);

struct namesakes {
	struct pack *pack;
	const struct namesakes_row *rows; /* [count] */
	size_t count;
	struct span text;
};
int namesakes_open(struct namesakes *n, const char *path, struct err *err);
void namesakes_close(struct namesakes *n); /* a zeroed one is fine */

/* Replaces *finding with what namesakes know of a track of that key and
 * duration (0 unknown): true, or false where they know nothing. Confidence: see
 * heal(1). */
bool namesakes_find(const struct namesakes *n, struct span key, double duration,
		    struct str *finding);

#endif
