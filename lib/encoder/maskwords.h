/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Masked language modelling (Devlin et al. 2019): of a text's tokens a share is
 * to be told; of these 80 % become the mask, 10 % any token, 10 % stay. Whole
 * words: all pieces of a word or none.
 */
#ifndef MOODPIPE_MASKWORDS_H
#define MOODPIPE_MASKWORDS_H

#include "encoder/tokenizer.h"
#include "math/random.h"

struct maskwords { /* to release */
	double share;
	bool whole;
	int32_t mask;
	size_t vocabulary;
	bool *continues; /* [vocabulary] the piece goes on with a word */
	uint32_t *scratch;
	size_t cap;
};

/* -1, ERR_DATA: the tokenizer has neither "[MASK]" nor "<mask>". */
int maskwords_init(struct maskwords *m, const struct tokenizer *t, double share,
		   bool whole, struct err *err);
void maskwords_release(struct maskwords *m);

/* Masks a sequence in place; the places (from `first` on), ascending, and the
 * ids that were there are written. Returns how many: at least one where there is
 * a token that is not special. places and was have room for n. */
size_t maskwords_apply(struct maskwords *m, struct random *r,
		       struct subword *tokens, size_t n, size_t first,
		       size_t *places, int32_t *was);

/* Sum of the cross entropies of `was` under logits[n][vocabulary], which become
 * the gradient; *hits grows by those told right. */
double maskwords_loss(float *logits, const int32_t *was, size_t n,
		      size_t vocabulary, size_t *hits);

#endif
