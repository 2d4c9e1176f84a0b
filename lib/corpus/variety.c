/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/variety.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "corpus/diversify.h"

/* The row of a track, SIZE_MAX where the index has none. */
static size_t row_of(const struct generation *g, struct span id)
{
	uint64_t key = hash_u64(id.p, id.n);
	size_t low = 0, high = g->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (g->keys[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < g->count && g->keys[low] == key ? low : SIZE_MAX;
}

static void from_index(const struct generation *g, size_t row, struct scored *s)
{
	s->artist = g->artist[row];
	s->valence = g->valence ? g->valence[row] : NAN;
	s->arousal = g->valence ? g->arousal[row] : NAN;
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		const struct audio_vectors *v = &g->audio[kind];
		size_t at = generation_find(v->rows, v->count, (uint32_t)row);

		if (at == SIZE_MAX)
			continue;
		s->audio[kind].x = v->vectors + at * v->dim;
		s->audio[kind].dim = v->dim;
	}
}

double variety_of(const struct generation *g, const struct rankings *r,
		  const struct ranking *ranking, size_t most)
{
	size_t count = ranking->count < most ? ranking->count : most, n = 0;
	struct scored *s = mem_zalloc(count + 1, sizeof(*s));
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		const struct ranked *x = &ranking->items[i];
		size_t row =
		    g ? row_of(g, rankings_text(r, x->id, x->id_length))
		      : SIZE_MAX;

		s[n] = (struct scored){ .artist = x->artist,
					.valence = x->valence,
					.arousal = x->arousal };
		if (row != SIZE_MAX)
			from_index(g, row, &s[n]);
		n += !g || row != SIZE_MAX;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			sum += 1 - (double)diversify_similarity(&s[i], &s[j]);
	free(s);
	return n > 1 ? 2 * sum / ((double)n * (double)(n - 1)) : NAN;
}
