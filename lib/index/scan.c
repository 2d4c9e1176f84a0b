/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/scan.h"

#include <math.h>

#include "math/vector.h"

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

static float text_cosine(const struct generation *g, const struct scan_query *q,
			 size_t i)
{
	int32_t dot = vector_dot_i8(q->q, g->text + i * GENERATION_TEXT_DIM,
				    GENERATION_TEXT_DIM);

	return (float)dot * (q->scale * g->text_scale[i]);
}

int scan_text(const struct generation *g, const struct scan_query *q,
	      size_t from, size_t to, float *scores, struct err *err)
{
	for (size_t i = from; i < to; i++) {
		if (!row_ok(g, g->text_rows, i))
			return broken(g, "vector.rows", i, err);
		scores[g->text_rows[i]] = text_cosine(g, q, i);
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

void scan_mood(const struct generation *g, float valence, float arousal,
	       size_t from, size_t to, float *scores)
{
	for (size_t i = from; i < to; i++)
		scores[i] = -scan_mood_row(g, valence, arousal, i);
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
		n = 0;
		for (size_t i = 0; i < met && n < k; i++)
			if (!artist_is_full(g, best, n,
					    g->artist[top.items[i].index],
					    per_artist))
				best[n++] = top.items[i];
		topk_release(&top);
		/* Too few although there are more: look deeper. */
		if (n == k || met < depth)
			return n;
		depth *= 4;
	}
}
