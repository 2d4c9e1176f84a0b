/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of a fit (textfit.h), shared by the modules that it consists of. */
#ifndef MOODPIPE_TEXTFITTING_H
#define MOODPIPE_TEXTFITTING_H

#include "learn/textfit.h"
#include "learn/textformat.h"

struct textslots {
	struct textslot *items;
	size_t count; /* a power of two */
};

/* Room for n hashes, all free. */
struct textslots textslots_new(size_t n);
struct textslot *textslots_find(const struct textslots *s, uint64_t hash);
/* Rows first, first + 1 ... for the terms; telling: rarer ones weigh more. */
void textslots_fill(struct textslots *s, const struct textcount *terms,
		    size_t n, size_t first, bool telling);

struct textfitting {
	struct textcorpus *c;
	const struct textfit_options *o;
	int threads;
	struct textcount *terms; /* [nterms], weight: of prior texts, too */
	size_t nterms;
	struct textslots slots; /* of terms */
	uint32_t *prior_index;  /* [prior's terms] rows of terms */
	double texts;           /* of corpus and prior */
	float *vectors;         /* [nterms][TEXTMODEL_DIM] */
	struct textstat *stats; /* [nterms] */
	struct span *spelling;  /* [nterms], n == 0: none */
	struct textspectrum spectrum;
	struct textcount *grams; /* [ngrams], texts: words that hold it */
	size_t ngrams;
	float *gram_vectors; /* [ngrams][TEXTMODEL_DIM] */
};

/* How many texts each text of the prior counts for. */
double textfitting_share(const struct textfitting *f);

/* Fills spelling, grams and gram_vectors (textspell.c). */
void textfitting_spell(struct textfitting *f);

#endif
