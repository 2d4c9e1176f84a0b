/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From candidates to an answer, within the process: scores (scoring.h), then an
 * order with variety. What is not wanted goes first: dead links, what was seen,
 * what is too popular. Then, in this order:
 *
 *   cross     with a cross-encoder, the best are read again (crossrank.h),
 *             if there is time for it
 *   seed      with one, near equals (scores within seed_band) change places:
 *             every track's relevance gains a share of the band that follows
 *             from the seed and the track
 *   versions  of a song's versions by one artist (families.h) the best stays,
 *             unless the request asks for versions
 *   cap       per_artist of an artist, unless that artist is asked for: by
 *             name, or because the candidates have few_artists or fewer
 *   MMR       the first 50 of a pool of 100 (of more results: as many of twice
 *             as many), diversify.h
 *   genre     what is beyond genre_share of the results makes room for others of
 *             the pool that score genre_worth of the worst result at least,
 *             unless that genre is asked for
 *   spacing   between two of an artist who is not asked for, and of an album;
 *             the last word, be there one more of a genre for it. Where
 *             nobody asked for a spacing, those who would stand between must
 *             have spacing_worth of the relevance of whoever waits
 *
 * A pinned track (scoring.h) stays in front; one that is to be kept stays
 * whatever of this speaks against it, but for a dead link. Numbers: ranktuning.h.
 *
 * A journey (candidates.h) is scored leg by leg, and put in order by
 * journeyrank.h instead: without a cross-encoder, MMR, albums and genres.
 */
#ifndef MOODPIPE_RERANKER_H
#define MOODPIPE_RERANKER_H

#include "corpus/answer.h"

struct crossrank;
struct seen;

struct reranker_options {
	enum fusion fusion;
	unsigned off; /* bits 1 << enum contribution */
	/* In place of the request's weights, where any is above 0. */
	float weight[SIGNAL_COUNT];
	int top_k; /* 0: the request's, else 20 */
	/* Below 0: as data/ranking.tsv says. */
	float lambda, genre_share;
	int per_artist, spacing, album_spacing; /* 0: any, none, none */
	int max_popularity;                     /* percentile; 100: any */
	bool versions;                          /* all of them stay */
	bool seeded;
	uint64_t seed;
	const struct seen *seen; /* NULL: nothing was */
	/* Reads the best `cross_top` anew for cross_ms; NULL: none. */
	struct crossrank *cross;
	int cross_top, cross_ms;
};
/* All as the table and the request say. */
#define RERANKER_OPTIONS                                                       \
	{                                                                      \
		.lambda = -1, .genre_share = -1, .per_artist = -1,             \
		.spacing = -1, .album_spacing = -1, .max_popularity = 100,     \
		.cross_top = 20, .cross_ms = 2000                              \
	}

/* Appends what a journey has no use for, of the options that are given, as
 * rerank(1) calls them: "--lambda, --genre-share"; nothing: it heeds them all. */
void reranker_unused(const struct reranker_options *o, struct str *out);

struct reranker; /* the tables and one thread's scratch */
/* NULL: a table under data/ cannot be read. */
struct reranker *reranker_new(struct err *err);
void reranker_free(struct reranker *r);
/* The numbers, which may be changed before a run. */
struct ranktuning *reranker_tuning(struct reranker *r);

/*
 * Fills *a, which refers to c, g and r until the next run. The candidates must
 * be of g, and not a refused request. -1, ERR_DATA: a row that g has not, a
 * damaged index.
 */
int reranker_run(struct reranker *r, const struct candidates *c,
		 const struct generation *g, const struct reranker_options *o,
		 struct answer *a, struct err *err);

#endif
