/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exact retrieval: every row of a generation is compared with the query by the
 * kernels of vector.h, and the best are selected. A scan sets scores[count] of
 * the rows that have the signal, higher is nearer; the others keep what stands
 * there (NaN, by the caller). It works on a range, so that threads may share
 * one (each position belongs to one row, which is checked).
 */
#ifndef MOODPIPE_SCAN_H
#define MOODPIPE_SCAN_H

#include "index/generation.h"
#include "math/topk.h"

struct scan_query { /* a query as the index holds rows */
	int8_t q[GENERATION_TEXT_DIM];
	float scale; /* unit vector = scale * q */
};

/* -1: the vector is zero or not finite. */
int scan_text_query(struct scan_query *t,
		    const float unit[GENERATION_TEXT_DIM]);

/* Positions [from, to) of text_rows: scores[row] = cosine. */
int scan_text(const struct generation *g, const struct scan_query *q,
	      size_t from, size_t to, float *scores, struct err *err);
/* Positions [from, to) of audio[kind].rows; unit[audio[kind].dim]: length 1.
 * scores[row] = cosine, or where a number stands there, the mean of both: a
 * scan of one kind after the other gives the mean of what a row has. */
int scan_audio(const struct generation *g, enum audio_kind kind,
	       const float *unit, size_t from, size_t to, float *scores,
	       struct err *err);
/* One row's, NaN where it lacks the signal. The cosine, and the distance. */
float scan_text_row(const struct generation *g, const struct scan_query *q,
		    size_t row);
float scan_mood_row(const struct generation *g, float valence, float arousal,
		    size_t row);

/*
 * The k best rows by score among those that allowed[] (bytes; NULL: all) lets
 * through, at most per_artist (0: any number) of one artist, best first, equal
 * scores by row. Exact: as if all rows were sorted and taken in turn. Fills
 * best[k], returns their number.
 */
size_t scan_select(const struct generation *g, const float *scores,
		   const uint8_t *allowed, size_t k, size_t per_artist,
		   struct topk_item *best);

/* Of rows best first those that a cap of per_artist (0: any number) of one
 * artist leaves, at most k, in best[k]: how many. */
size_t scan_cap(const struct generation *g, const struct topk_item *sorted,
		size_t count, size_t k, size_t per_artist,
		struct topk_item *best);

/* scan_select of scan_text's scores, found through the lists (g->text_lists);
 * where there are none use those. w as in ivf_search. */
size_t scan_texts(const struct generation *g, struct ivf_work *w,
		  const struct scan_query *q, const uint8_t *allowed, size_t k,
		  size_t per_artist, struct topk_item *best);

/* scan_select of -(Euclidean distance in the mood plane), found by the grid; of
 * allowed[] `eligible` rows pass. w as in moodgrid_search. */
size_t scan_moods(const struct generation *g, struct moodgrid_work *w,
		  float valence, float arousal, const uint8_t *allowed,
		  size_t eligible, size_t k, size_t per_artist,
		  struct topk_item *best);

#endif
