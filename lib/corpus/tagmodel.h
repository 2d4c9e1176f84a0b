/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tags from texts: the terms (ngrams.h) of highest (1 + log tf) log(N / df),
 * Salton & Buckley 1988, among those that are neither too rare nor too common
 * in the corpus to be tags.
 */
#ifndef MOODPIPE_TAGMODEL_H
#define MOODPIPE_TAGMODEL_H

#include "corpus/ngrams.h"
#include "corpus/stoplist.h"
#include "corpus/terms.h"

#define TAGMODEL_WORDS 65536 /* most that a model holds: the frequent */
#define TAGMODEL_LEAST 5     /* tags wanted where there are as many */
#define TAGMODEL_MOST 10

struct tagmodel_fit;
struct tagmodel_fit *tagmodel_fit_new(const struct stoplist *stop,
				      size_t memory);
void tagmodel_fit_free(struct tagmodel_fit *f);
/* One track's merged terms. */
int tagmodel_fit_add(struct tagmodel_fit *f, const struct ngrams *terms,
		     struct err *err);
/* Writes the sections tag.*. */
int tagmodel_fit_write(struct tagmodel_fit *f, struct pack_writer *w,
		       struct err *err);

/* Writes up to TAGMODEL_MOST tags, best first; returns their number. Terms
 * that are in `not` (merged; may be NULL: the artist's name) are left out. A
 * word is dropped that a chosen pair has, and the other way round; beyond
 * TAGMODEL_LEAST a tag needs half the weight of the best. */
size_t tagmodel_choose(const struct terms *model, const struct ngrams *terms,
		       const struct ngrams * not,
		       struct span out[TAGMODEL_MOST]);

#endif
