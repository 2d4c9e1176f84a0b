/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The measures (metrics.h) of one ranking. */
#ifndef MOODPIPE_EVAL_H
#define MOODPIPE_EVAL_H

#include "corpus/rankings.h"

enum evaluation {
	EVAL_PRECISION,
	EVAL_RECALL,
	EVAL_NDCG,
	EVAL_MAP,
	EVAL_MRR,
	EVAL_ARTISTS,   /* unique artists by results, of 50 */
	EVAL_ALIGNMENT, /* 1 - mean distance to the mood */
	EVAL_MEASURES
};

/* Sets the first five of v: those of ranking g (NULL: nothing was found) for a
 * judged query, cut at at[0..2]. A query without relevant tracks has none. A
 * track that is ranked twice counts where it first stands. */
void evaluation_judged(const struct qrels *q, const struct rankings *r,
		       const struct ranking *g, size_t query,
		       const int at[EVAL_MAP], double v[EVAL_MEASURES]);

/* Sets the last two of v, where the answer says enough. */
void evaluation_answer(const struct ranking *g, double v[EVAL_MEASURES]);

#endif
