/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodsound.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/vector.h"

enum {
	TRACKS_MIN = 5,
	TRACKS_MAX = 50,
	ENOUGH =
	    TRACKS_MAX * TRACKS_MAX, /* measured ones: more change nothing */
	ROUNDS =
	    3 /* of looking deeper, before only such rows are let through */
};

struct moodsound {
	const struct generation *g;
	struct moodgrid_work work;
	uint8_t *heard; /* [count]: bytes by row; of one kind at a time */
	struct topk_item *near;
	size_t near_cap;
	float *vector[AUDIO_KINDS];
};

struct moodsound *moodsound_new(const struct generation *g)
{
	struct moodsound *m = mem_zalloc(1, sizeof(*m));

	m->g = g;
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		m->vector[kind] =
		    mem_zalloc(g->audio[kind].dim + 1, sizeof(float));
	return m;
}

void moodsound_free(struct moodsound *m)
{
	if (!m)
		return;
	moodgrid_work_release(&m->work);
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		free(m->vector[kind]);
	free(m->heard);
	free(m->near);
	free(m);
}

size_t moodsound_tracks(size_t measured)
{
	size_t n = (size_t)sqrt((double)measured);

	return n < TRACKS_MIN ? TRACKS_MIN : n > TRACKS_MAX ? TRACKS_MAX : n;
}

static size_t count_measured(const struct audio_vectors *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->count && n < ENOUGH; i++)
		n += v->measured[i] != 0;
	return n;
}

/* Of rows nearest first, the positions of those that were heard. */
static size_t pick(const struct moodsound *m, const struct audio_vectors *v,
		   bool measured, size_t met, size_t n, size_t *position)
{
	size_t found = 0;

	for (size_t i = 0; i < met && found < n; i++) {
		size_t p = generation_find(v->rows, v->count, m->near[i].index);

		if (p != SIZE_MAX && (!measured || v->measured[p]))
			position[found++] = p;
	}
	return found;
}

/* Where few rows were heard: among those alone. */
static size_t nearest_of_heard(struct moodsound *m,
			       const struct audio_vectors *v, bool measured,
			       const float at[2], size_t n)
{
	const struct generation *g = m->g;
	const float *axis[2] = { g->valence, g->arousal };
	size_t heard = 0;

	free(m->heard);
	m->heard = mem_zalloc(g->count + 1, 1);
	for (size_t i = 0; i < v->count; i++)
		if (v->rows[i] < g->count && (!measured || v->measured[i])) {
			m->heard[v->rows[i]] = 1;
			heard++;
		}
	return moodgrid_nearest(&g->grid, axis, &m->work, at, m->heard, heard,
				n, m->near);
}

/* The positions of the at most n heard tracks nearest to the mood. */
static size_t nearest(struct moodsound *m, const struct audio_vectors *v,
		      bool measured, const float at[2], size_t n,
		      size_t *position)
{
	size_t depth = 4 * n, met, found;

	for (int round = 0; round < ROUNDS; round++, depth *= 4) {
		depth = depth < m->g->count ? depth : m->g->count;
		MEM_ROOM(m->near, depth + 1, m->near_cap);
		met = moodgrid_search(&m->g->grid, &m->work, at, NULL, depth,
				      m->near);
		found = pick(m, v, measured, met, n, position);
		if (found == n || met < depth || depth == m->g->count)
			return found;
	}
	met = nearest_of_heard(m, v, measured, at, n);
	return pick(m, v, measured, met, n, position);
}

const float *moodsound_of(struct moodsound *m, enum audio_kind kind,
			  float valence, float arousal)
{
	const struct audio_vectors *v = &m->g->audio[kind];
	const float at[2] = { valence, arousal };
	size_t measured = count_measured(v), position[TRACKS_MAX], n;
	float *out = m->vector[kind];

	if (!v->count || !m->g->valence)
		return NULL;
	n = nearest(m, v, measured > 0, at,
		    moodsound_tracks(measured ? measured : v->count), position);
	memset(out, 0, v->dim * sizeof(*out));
	for (size_t i = 0; i < n; i++)
		vector_axpy(out, 1, v->vectors + position[i] * v->dim, v->dim);
	return n && vector_normalise(out, v->dim) > 0 ? out : NULL;
}
