/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The legs of a journey, scored, to the results of an answer: which tracks may
 * be on the way, how long they last, and where in the answer they stand
 * (journey.h finds their order). A result is the scored one of the nearer leg
 * that it is a candidate of, but its score and signals lie between those of both
 * legs, with its mood by what is asked for at its place.
 *
 * What is kept (wish.h) in the first leg begins the way, what is kept in the last
 * one ends it, and what is kept in another stands where that leg's place is. A
 * track without a duration counts as long as the index' middle one; in an index
 * without any, `journey_seconds`.
 */
#ifndef MOODPIPE_JOURNEYRANK_H
#define MOODPIPE_JOURNEYRANK_H

#include "corpus/answer.h"
#include "corpus/poolrows.h"
#include "corpus/ranktuning.h"

struct journeyrank; /* scratch, and what an answer refers to */
struct journeyrank *journeyrank_new(void);
void journeyrank_free(struct journeyrank *r);

struct journeyrank_how {
	const struct candidates *c;
	const struct generation *g;
	const struct ranktuning *tuning;
	const float *weight;   /* as in scoring.h */
	struct scored *scored; /* leg by leg, each the best first; */
	const size_t *first;   /* [legs + 1]: where a leg's begin */
	struct poolrows *rows;
	size_t tracks; /* wanted, where no minutes are */
	size_t most;   /* at most, whatever is wanted */
	size_t per_artist, spacing;
	/* May a track not answer? 1 or 0; -1: an error. */
	int (*barred)(void *ctx, const struct scored *s, struct err *err);
	/* As journey.h has it, of scored tracks; NULL: all may stay. */
	int (*same)(void *ctx, const struct scored *a, const struct scored *b,
		    struct err *err);
	void *ctx;
};

/* Fills order[most], and a->count, dead and journey, which stand until the next
 * run. -1: as the two functions say. */
int journeyrank_run(struct journeyrank *r, const struct journeyrank_how *how,
		    uint32_t *order, struct answer *a, struct err *err);

#endif
