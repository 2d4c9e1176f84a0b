/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text vectors learnt from the corpus itself: latent semantic analysis of
 * words and hashed character n-grams (Deerwester et al. 1990; subwords as in
 * Bojanowski et al. 2017). A model is a pack of kind "moodtext" whose sections
 * ("text.*") build-index copies into the index, so that query and embed encode
 * with the same bytes. Opening parses nothing: encoding touches the pages of
 * the terms it meets.
 */
#ifndef MOODPIPE_TEXTMODEL_H
#define MOODPIPE_TEXTMODEL_H

#include "io/pack.h"

#define TEXTMODEL_KIND "moodtext"
#define TEXTMODEL_VERSION 1
#define TEXTMODEL_DIM 384

/* Names of the sections that encoding needs, NULL at the end; a model has more
 * (textformat.h), to fit on top of it (textprior.h) and for people
 * (textnearest.h). */
extern const char *const textmodel_sections[];

struct textmodel;
/* A view of the text.* sections of p (a model or an index), which must outlive
 * it. NULL, ERR_DATA: missing or inconsistent sections. */
struct textmodel *textmodel_open(const struct pack *p, struct err *err);
void textmodel_free(struct textmodel *m);

/* A weighted sum of texts, one per thread. */
struct textvector {
	float sum[TEXTMODEL_DIM];
	double weight;           /* of the terms that were known */
	unsigned known, unknown; /* terms met */
	struct str scratch;
};
void textvector_reset(struct textvector *v);
void textvector_release(struct textvector *v);
void textmodel_add(const struct textmodel *m, struct textvector *v,
		   struct span text, double weight);
/* Unit-length vector; -1 (out all 0) where no term was known. */
int textvector_finish(const struct textvector *v, float out[TEXTMODEL_DIM]);

#endif
