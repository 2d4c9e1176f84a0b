/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The best rows of a generation by text, sound, mood, words and more, each through
 * the structure that is made for it (ivf.h, hnsw.h, moodgrid.h, words.h), and
 * what single rows have. A search gives the k best of the rows that are
 * allowed, best first, equal scores by row, at most per_artist of one artist:
 * as if all were sorted and taken in turn; min(k, such rows), always. Texts
 * and sounds found through lists, and sounds through a graph, may miss some
 * (their recall is measured when the index is built), and where there are many
 * sounds, in lists or for a g->once, they are picked at byte precision, an
 * eighth more than wanted; all else is exact, and scores always are.
 */
#ifndef MOODPIPE_SEARCH_H
#define MOODPIPE_SEARCH_H

#include "index/generation.h"
#include "index/searchway.h"

struct search_dials {       /* zeros: the index' own */
	size_t probe;       /* lists of texts that are compared */
	size_t sound_probe; /* and of sounds */
	size_t ef;          /* of the graph of sounds */
	bool exact;         /* compare all */
	int threads;        /* of a scan of many sounds */
};

struct search_among {
	const uint8_t *allowed; /* [g->count], bytes; NULL: all rows */
	size_t eligible;        /* how many are allowed */
	size_t k, per_artist;   /* per_artist 0: any number */
};

struct search_text { /* a query as the index holds rows */
	int8_t q[GENERATION_TEXT_MAX];
	float scale; /* unit vector = scale * q */
};
/* unit[dim], dim of the index. -1: the vector is zero or not finite. */
int search_text_query(struct search_text *t, const float *unit, size_t dim);

struct search_mood {
	float valence, arousal;
	float dominance; /* NaN: does not matter */
};

/* What the searches of one request need; those of different kinds may run at
 * the same time. */
struct search;
struct search *search_new(const struct generation *g,
			  const struct search_dials *dials);
void search_free(struct search *s);

/* Each fills best[a->k] and returns how many; *way says how. By cosine: */
size_t search_texts(struct search *s, const struct search_text *q,
		    const struct search_among *a, struct topk_item *best,
		    enum search_way *way);
/* By the mean cosine with unit[kind] ([g->audio[kind].dim], of length 1; NULL:
 * that kind does not matter) of the kinds that a row has. Of two kinds, the
 * rows are those that are among the best by either. */
size_t search_sounds(struct search *s, const float *const unit[AUDIO_KINDS],
		     const struct search_among *a, struct topk_item *best,
		     enum search_way *way);
/* By -(Euclidean distance) along the axes that matter. */
size_t search_moods(struct search *s, const struct search_mood *at,
		    const struct search_among *a, struct topk_item *best,
		    enum search_way *way);
/* By texture, timbrefind.h: percentiles in [0, 1], NaN where it does not
 * matter. */
size_t search_timbres(struct search *s, const float want[TIMBRE_AXES],
		      const struct search_among *a, struct topk_item *best,
		      enum search_way *way);
/* The most played; of an index without plays the most popular; without either
 * any, which are the first, as keys are in no order that means anything. */
size_t search_popular(struct search *s, const struct search_among *a,
		      struct topk_item *best, enum search_way *way);
/* By BM25F. SIZE_MAX, ERR_DATA: a damaged index. */
size_t search_words(struct search *s, const struct words_query *q,
		    const struct search_among *a, struct topk_item *best,
		    enum search_way *way, struct err *err);

/* words_explain of the last query. */
size_t search_words_explain(struct search *s, const struct words_query *q,
			    uint32_t row,
			    struct words_reason why[WORDS_CLAUSES_MAX]);

/* Asks memory for what the functions below, and catalogue_text of the id, will
 * read of a row: first for where it stands, a little later for itself. */
void search_fetch_places(const struct generation *g, size_t row);
void search_fetch_row(const struct generation *g, size_t row);

/* One row's, NaN where it lacks the signal. The cosine, the mean cosine, and
 * the distance. */
float search_text_row(const struct generation *g, const struct search_text *q,
		      size_t row);
float search_sound_row(const struct generation *g,
		       const float *const unit[AUDIO_KINDS], size_t row);
float search_mood_row(const struct generation *g, const struct search_mood *at,
		      size_t row);

#endif
