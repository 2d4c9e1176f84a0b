/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows that several retrievals found, each once, taken in turns as candidates;
 * inside of retrieval.h. */
#ifndef MOODPIPE_METROWS_H
#define MOODPIPE_METROWS_H

#include "corpus/candidates.h"
#include "index/artistcap.h"
#include "index/generation.h"

struct met { /* a row that some retrieval found */
	uint32_t row;
	float text, audio;        /* cosines, where these found it; else NAN */
	float words_score, named; /* as in candidates.h, */
	float lyric;              /* likewise */
	uint8_t from;             /* bits by source */
	bool taken;
};
struct metrows {         /* zeroed: valid */
	struct met *met; /* once they are joined, ascending rows */
	size_t count, cap;
	struct artistcap artists;
};
void metrows_release(struct metrows *m);

/* What a source found there: its score is a cosine, a BM25F score, or nothing
 * but a rank. */
void metrows_add(struct metrows *m, enum source s, const struct topk_item *best,
		 size_t n);
void metrows_add_named(struct metrows *m, const struct topk_item *names,
		       size_t n);
void metrows_add_lyric(struct metrows *m, uint32_t row, float lyric);
/* A row that is to be a candidate whatever finds it. */
void metrows_add_kept(struct metrows *m, uint32_t row);
/* Of unit vectors of that cosine; NaN stays. */
float metrows_distance(float cosine);

/* Each row becomes one. */
void metrows_join(struct metrows *m);

/* Begins to take rows, at most per_artist of an artist, 0: any number. */
void metrows_start(struct metrows *m, size_t per_artist, size_t most);
/* Adds a row to the candidates, unless it is one, there are `most`, or its
 * artist has enough; `asked`: the cap on artists does not matter. */
void metrows_take(struct metrows *m, const struct generation *g, uint32_t row,
		  bool asked, size_t most, struct candidates *out);

#endif
