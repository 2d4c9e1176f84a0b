/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/likeness.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/vector.h"

static void mean_sound(struct likeness *l, const struct generation *g,
		       enum audio_kind kind, const uint32_t *rows, size_t count)
{
	const struct audio_vectors *v = &g->audio[kind];
	float *sum;

	free(l->sound[kind]);
	sum = l->sound[kind] = mem_zalloc(v->dim + 1, sizeof(*sum));
	for (size_t i = 0; i < count; i++) {
		size_t at = generation_find(v->rows, v->count, rows[i]);

		if (at != SIZE_MAX)
			vector_axpy(sum, 1, v->vectors + at * v->dim, v->dim);
	}
	l->has_sound[kind] = vector_normalise(sum, v->dim) > 0;
}

static void mean_text(struct likeness *l, const struct generation *g,
		      const uint32_t *rows, size_t count)
{
	memset(l->text, 0, sizeof(l->text));
	for (size_t i = 0; i < count; i++) {
		size_t at = generation_text_at(g, rows[i]);

		if (at != SIZE_MAX)
			vector_axpy_i8(l->text, g->text_scale[at],
				       g->text + at * g->text_dim, g->text_dim);
	}
	l->has_text = vector_normalise(l->text, g->text_dim) > 0;
}

static void mean_mood(struct likeness *l, const struct generation *g,
		      const uint32_t *rows, size_t count)
{
	float sum[3] = { 0 };
	size_t n = 0, deep = 0;

	for (size_t i = 0; i < count && g->valence; i++) {
		uint32_t row = rows[i];

		if (row >= g->count || !isfinite(g->valence[row]) ||
		    !isfinite(g->arousal[row]))
			continue;
		n++;
		sum[0] += g->valence[row];
		sum[1] += g->arousal[row];
		if (!g->dominance || !isfinite(g->dominance[row]))
			continue;
		deep++;
		sum[2] += g->dominance[row];
	}
	l->has_mood = n > 0;
	l->valence = n ? sum[0] / (float)n : 0;
	l->arousal = n ? sum[1] / (float)n : 0;
	l->dominance = deep ? sum[2] / (float)deep : NAN;
}

void likeness_of(struct likeness *l, const struct generation *g,
		 const uint32_t *rows, size_t count)
{
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		mean_sound(l, g, (enum audio_kind)kind, rows, count);
	mean_text(l, g, rows, count);
	mean_mood(l, g, rows, count);
}

void likeness_release(struct likeness *l)
{
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		free(l->sound[kind]);
	*l = (struct likeness){ .has_text = false };
}
