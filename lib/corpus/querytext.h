/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The vector of a request, by whatever made the text vectors of an index: the
 * model of words that the index holds (learn/textmodel.h), or the encoder that
 * it names (encodermark.h), which reads elsewhere (encodecall.h), at the
 * precision of the vectors.
 */
#ifndef MOODPIPE_QUERYTEXT_H
#define MOODPIPE_QUERYTEXT_H

#include "index/generation.h"
#include "learn/textmodel.h"

struct querytext;
/* words: of the index, or NULL; both outlive it. dir: where the encoder's folder
 * is now; NULL: where the index says. NULL: ERR_DATA, a damaged index; ERR_USAGE:
 * dir, and vectors of words. */
struct querytext *querytext_new(const struct generation *g,
				const struct textmodel *words, const char *dir,
				struct err *err);
void querytext_free(struct querytext *q);
/* Has an encoder opened, for requests that will come, while the caller does
 * something else. -1, ERR_ENV: no worker can be started. Whether the folder is
 * there and holds the right model, the first request tells. */
int querytext_ahead(struct querytext *q, struct err *err);

/* 0: unit[g->text_dim] is the vector; 1: there is none, no word is known; -1:
 * the encoder cannot be used, the message says what to do. */
int querytext_vector(struct querytext *q, struct span text, float *unit,
		     struct err *err);
/* Whether cosines are those of words: unrelated texts are then near 0. */
bool querytext_by_words(const struct querytext *q);

#endif
