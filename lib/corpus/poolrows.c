/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/poolrows.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { COPIED_MOST = 1024 /* rows: more are read in place */ };

void poolrows_release(struct poolrows *p)
{
	free(p->vectors);
	*p = (struct poolrows){ .vectors = NULL };
}

static uint32_t number(const struct generation *g, const uint32_t *column,
		       uint32_t row)
{
	uint32_t room;

	return column ? *(const uint32_t *)generation_look(g, column + row,
							   sizeof(room), &room)
		      : CATALOGUE_NONE;
}

static float real(const struct generation *g, const float *column, uint32_t row)
{
	float room;

	return column ? *(const float *)generation_look(g, column + row,
							sizeof(room), &room)
		      : NAN;
}

/* room: for vectors, NULL where they are read in place. */
static void fill(const struct generation *g, struct scored *s, float *room)
{
	s->album = number(g, g->album, s->row);
	s->genre = number(g, g->genre, s->row);
	s->valence = real(g, g->valence, s->row);
	s->arousal = real(g, g->arousal, s->row);
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		const struct audio_vectors *v = &g->audio[kind];
		size_t at =
		    generation_sound_at(g, (enum audio_kind)kind, s->row);

		if (at == SIZE_MAX)
			continue;
		s->audio[kind].x = v->vectors + at * v->dim;
		s->audio[kind].dim = v->dim;
		if (!room)
			continue;
		s->audio[kind].x = generation_look(
		    g, s->audio[kind].x, v->dim * sizeof(*v->vectors), room);
		room += v->dim;
	}
}

void poolrows_fill(struct poolrows *p, const struct generation *g,
		   struct scored *s, const uint32_t *order, size_t n)
{
	bool copied = g->once && n <= COPIED_MOST;
	size_t each = 0;

	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		each += g->audio[kind].count ? g->audio[kind].dim : 0;
	if (copied)
		MEM_ROOM(p->vectors, n * each + 1, p->cap);
	for (size_t i = 0; i < n; i++)
		fill(g, &s[order[i]], copied ? p->vectors + i * each : NULL);
}
