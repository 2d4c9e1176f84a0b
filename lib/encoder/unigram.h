/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The unigram model (Kudo 2018): of all ways to spell a piece by words of the
 * vocabulary, the one whose scores (logarithms of probabilities) add up to most,
 * found from the left (Viterbi). A code point that is no word costs 10 more than
 * the worst word; neighbours of that kind are one unknown token.
 */
#ifndef MOODPIPE_UNIGRAM_H
#define MOODPIPE_UNIGRAM_H

#include "base/err.h"
#include "encoder/tokenout.h"
#include "encoder/tokenvocab.h"

struct unigram {        /* to release */
	double *scores; /* by id */
	double unknown_score;
	int32_t unknown;
	bool byte_fallback;
	int32_t bytes[256];
	/* Which hashes beginnings of words have, and whole words: bits, of
	 * which some are set for nothing. */
	uint64_t *begin, *whole;
	unsigned begin_shift, whole_shift;
};

/* From a model's members and the scores of its words, which it takes over. -1,
 * ERR_DATA. */
int unigram_init(struct unigram *u, struct span model, double *scores,
		 size_t count, const struct tokenvocab *v, struct err *err);
void unigram_release(struct unigram *u);

struct unigram_work { /* zeroed is empty; free both */
	struct unigram_node *nodes;
	struct unigram_part *parts;
	size_t cap, part_cap;
};
/* piece is not empty. */
void unigram_encode(const struct unigram *u, const struct tokenvocab *v,
		    struct unigram_work *w, struct span piece,
		    struct tokenout *out);

#endif
