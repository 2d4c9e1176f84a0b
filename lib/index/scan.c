/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/scan.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/vector.h"

enum {
	STRETCH = 512,  /* rows that are multiplied at a time */
	SELECTIVE = 100 /* fewer than one in so many: comparing all is faster */
};

static int broken(const struct generation *g, const char *section, size_t at,
		  struct err *err)
{
	return err_set(err, ERR_DATA, "artifact",
		       "%s: section \"%s\" is not "
		       "ascending row numbers at position %zu; build the "
		       "index again",
		       g->path, section, at);
}

/* Ascending and in range: no two threads meet in one score. */
static bool row_ok(const struct generation *g, const uint32_t *rows, size_t i)
{
	return rows[i] < g->count && (!i || rows[i - 1] < rows[i]);
}

int scan_text_query(struct scan_query *t, const float unit[GENERATION_TEXT_DIM])
{
	int32_t norm2;

	vector_quantise(unit, t->q, GENERATION_TEXT_DIM);
	norm2 = vector_dot_i8(t->q, t->q, GENERATION_TEXT_DIM);
	t->scale = norm2 > 0 ? 1 / sqrtf((float)norm2) : 0;
	return norm2 > 0 ? 0 : -1;
}

static float cosine_of(const struct generation *g, const struct scan_query *q,
		       size_t i, int32_t dot)
{
	return (float)dot * (q->scale * g->text_scale[i]);
}

static float text_cosine(const struct generation *g, const struct scan_query *q,
			 size_t i)
{
	return cosine_of(g, q, i,
			 vector_dot_i8(q->q, g->text + i * GENERATION_TEXT_DIM,
				       GENERATION_TEXT_DIM));
}

int scan_text(const struct generation *g, const struct scan_query *q,
	      size_t from, size_t to, float *scores, struct err *err)
{
	int32_t dots[STRETCH];

	for (size_t at = from; at < to; at += STRETCH) {
		size_t n = to - at < STRETCH ? to - at : STRETCH;

		vector_dots_i8(q->q, GENERATION_TEXT_DIM,
			       g->text + at * GENERATION_TEXT_DIM,
			       GENERATION_TEXT_DIM, n, dots);
		for (size_t i = at; i < at + n; i++) {
			if (!row_ok(g, g->text_rows, i))
				return broken(g, "vector.rows", i, err);
			scores[g->text_rows[i]] =
			    cosine_of(g, q, i, dots[i - at]);
		}
	}
	return 0;
}

int scan_audio(const struct generation *g, enum audio_kind kind,
	       const float *unit, size_t from, size_t to, float *scores,
	       struct err *err)
{
	const struct audio_vectors *v = &g->audio[kind];

	for (size_t i = from; i < to; i++) {
		float cosine, *score;

		if (!row_ok(g, v->rows, i))
			return broken(g, audio_sections[kind].rows, i, err);
		cosine = vector_dot(unit, v->vectors + i * v->dim, v->dim);
		score = &scores[v->rows[i]];
		*score = isnan(*score) ? cosine : (*score + cosine) / 2;
	}
	return 0;
}

float scan_mood_row(const struct generation *g, float valence, float arousal,
		    size_t row)
{
	float dv, da;

	if (!g->valence || row >= g->count)
		return NAN;
	dv = g->valence[row] - valence;
	da = g->arousal[row] - arousal;
	return sqrtf(dv * dv + da * da);
}

float scan_text_row(const struct generation *g, const struct scan_query *q,
		    size_t row)
{
	size_t i = generation_find(g->text_rows, g->text_count, row);

	return i == SIZE_MAX ? NAN : text_cosine(g, q, i);
}

static bool artist_is_full(const struct generation *g,
			   const struct topk_item *best, size_t n,
			   uint32_t artist, size_t per_artist)
{
	size_t met = 0;

	if (!per_artist || artist == CATALOGUE_NONE)
		return false;
	for (size_t i = 0; i < n && met < per_artist; i++)
		met += g->artist[best[i].index] == artist;
	return met >= per_artist;
}

size_t scan_cap(const struct generation *g, const struct topk_item *sorted,
		size_t count, size_t k, size_t per_artist,
		struct topk_item *best)
{
	size_t n = 0;

	for (size_t i = 0; i < count && n < k; i++)
		if (sorted[i].index < g->count &&
		    !artist_is_full(g, best, n, g->artist[sorted[i].index],
				    per_artist))
			best[n++] = sorted[i];
	return n;
}

size_t scan_select(const struct generation *g, const float *scores,
		   const uint8_t *allowed, size_t k, size_t per_artist,
		   struct topk_item *best)
{
	size_t n = 0, met, depth = per_artist ? 4 * k : k;
	struct topk top;

	if (!k)
		return 0;
	for (;;) {
		topk_init(&top, depth);
		for (size_t i = 0; i < g->count; i++)
			if (!allowed || allowed[i])
				topk_offer(&top, scores[i], (uint32_t)i);
		met = topk_sort(&top);
		n = scan_cap(g, top.items, met, k, per_artist, best);
		topk_release(&top);
		/* Too few although there are more: look deeper. */
		if (n == k || met < depth)
			return n;
		depth *= 4;
	}
}

size_t scan_texts(const struct generation *g, struct ivf_work *w,
		  const struct scan_query *q, const uint8_t *allowed, size_t k,
		  size_t per_artist, struct topk_item *best)
{
	struct ivf_query query = { q->q, q->scale, 0, 0 };
	size_t depth = per_artist ? 4 * k : k, n, met;

	if (!k)
		return 0;
	for (;; depth *= 4) {
		struct topk_item *found;

		depth = depth < g->text_count ? depth : g->text_count;
		found = mem_alloc((depth + 1) * sizeof(*found));
		met = ivf_search(&g->text_lists, w, &query, allowed, depth,
				 found);
		n = scan_cap(g, found, met, k, per_artist, best);
		free(found);
		if (n == k || met < depth || depth == g->text_count)
			return n;
	}
}

size_t scan_moods(const struct generation *g, struct moodgrid_work *w,
		  float valence, float arousal, const uint8_t *allowed,
		  size_t eligible, size_t k, size_t per_artist,
		  struct topk_item *best)
{
	const float *axis[2] = { g->valence, g->arousal };
	const float at[2] = { valence, arousal };
	size_t depth = per_artist ? 4 * k : k, n, met;

	if (!k || !g->valence)
		return 0;
	for (;;) {
		struct topk_item *found;

		depth = depth < g->count ? depth : g->count;
		found = mem_alloc((depth + 1) * sizeof(*found));
		met = eligible < g->count / SELECTIVE
			  ? moodgrid_compare(axis, 2, g->count, w, at, allowed,
					     depth, found)
			  : moodgrid_search(&g->grid, w, at, allowed, depth,
					    found);
		n = scan_cap(g, found, met, k, per_artist, best);
		free(found);
		if (n == k || met < depth || depth == g->count)
			return n;
		depth *= 4;
	}
}
