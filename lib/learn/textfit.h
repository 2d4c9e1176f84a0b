/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fitting a text model (textmodel.h): TF-IDF of words and word pairs over all
 * texts, its truncated SVD, term vectors scaled by sigma^power and stored as
 * int8. Words never met are composed from character n-grams, whose vectors are
 * means over the known words that hold them. A prior (textprior.h) adds its
 * terms and what it knows of them. The same texts in the same order
 * give the same bytes for any number of threads and any grouping into shards.
 */
#ifndef MOODPIPE_TEXTFIT_H
#define MOODPIPE_TEXTFIT_H

#include <stdio.h>

#include "base/err.h"
#include "base/hash.h"
#include "learn/textcorpus.h"
#include "learn/textprior.h"

struct textfit_options {
	double power;      /* of the singular values in term vectors */
	double first;      /* share that the first component keeps where
				 * there are 1000 texts or more */
	double rank_share; /* components per text at most, but for 16 */
	int iterations;
	size_t words, grams; /* rows at most, but for the prior's */
	uint32_t min_pairs;  /* texts that must hold a pair */
	float unknown_share;
	const struct textprior *prior; /* or NULL */
	double prior_texts;            /* that it counts for */
};
extern const struct textfit_options textfit_defaults;

/* Terms that fit a textcorpus within `memory` bytes of fitting. */
size_t textfit_limit(size_t memory);

/* Fits on c, which is used up (only release is left), and writes the model to
 * out (seekable). An empty corpus gives a model that knows nothing. */
int textfit_write(struct textcorpus *c, const struct textfit_options *o,
		  size_t memory, int threads, FILE *out,
		  uint8_t digest[HASH_SIZE], struct err *err);

#endif
