/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/likeness.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/vector.h"

void likeness_reset(struct likeness *l, const struct generation *g)
{
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		free(l->sound[kind]);
		l->sound[kind] =
		    mem_zalloc(g->audio[kind].dim + 1, sizeof(float));
		l->has_sound[kind] = false;
	}
	memset(l->text, 0, sizeof(l->text));
	l->has_text = false;
	for (int f = 0; f < LIKENESS_FACTS; f++) {
		l->fact[f] = 0;
		l->count[f] = 0;
	}
}

void likeness_release(struct likeness *l)
{
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		free(l->sound[kind]);
	*l = (struct likeness){ .has_text = false };
}

/* --- adding: sums, until it is done --- */

static void add_fact(struct likeness *l, int fact, float value)
{
	if (!isfinite(value))
		return;
	l->fact[fact] += value;
	l->count[fact]++;
}

static void add_vectors(struct likeness *l, const struct generation *g,
			uint32_t row)
{
	size_t at;

	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		const struct audio_vectors *v = &g->audio[kind];

		at = generation_find(v->rows, v->count, row);
		if (at != SIZE_MAX)
			vector_axpy(l->sound[kind], 1, v->vectors + at * v->dim,
				    v->dim);
	}
	at = generation_text_at(g, row);
	if (at != SIZE_MAX)
		vector_axpy_i8(l->text, g->text_scale[at],
			       g->text + at * g->text_dim, g->text_dim);
}

static void add_row(struct likeness *l, const struct generation *g,
		    uint32_t row)
{
	struct displayed shown;

	add_vectors(l, g, row);
	if (g->valence && isfinite(g->valence[row]) &&
	    isfinite(g->arousal[row])) {
		add_fact(l, LIKENESS_VALENCE, g->valence[row]);
		add_fact(l, LIKENESS_AROUSAL, g->arousal[row]);
		if (g->dominance)
			add_fact(l, LIKENESS_DOMINANCE, g->dominance[row]);
	}
	generation_displayed(g, row, &shown);
	add_fact(l, LIKENESS_TEMPO, shown.value[DISPLAY_TEMPO]);
	add_fact(l, LIKENESS_POPULARITY, g->popularity[row]);
	if (g->year[row] != CATALOGUE_NO_YEAR)
		add_fact(l, LIKENESS_YEAR, g->year[row]);
	for (int a = 0; g->timbre && a < TIMBRE_AXES; a++) {
		uint8_t percent = g->timbre[row * TIMBRE_AXES + (size_t)a];

		if (percent != TIMBRE_NONE)
			add_fact(l, LIKENESS_TIMBRE + a,
				 (float)percent / 100.0F);
	}
}

void likeness_add_rows(struct likeness *l, const struct generation *g,
		       const uint32_t *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i] < g->count)
			add_row(l, g, rows[i]);
}

void likeness_add_guest(struct likeness *l, const struct guest *guest)
{
	if (guest->has_sound)
		vector_axpy(l->sound[AUDIO_COMPONENTS], 1, guest->sound,
			    GENERATION_AUDIO_DIM);
	if (guest->has_mood) {
		add_fact(l, LIKENESS_VALENCE, guest->valence);
		add_fact(l, LIKENESS_AROUSAL, guest->arousal);
		add_fact(l, LIKENESS_DOMINANCE, guest->dominance);
	}
	add_fact(l, LIKENESS_TEMPO, guest->shown.value[DISPLAY_TEMPO]);
	for (int a = 0; a < TIMBRE_AXES; a++)
		add_fact(l, LIKENESS_TIMBRE + a, guest->timbre[a]);
}

static void normalise(struct likeness *l, const struct generation *g)
{
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		l->has_sound[kind] =
		    vector_normalise(l->sound[kind], g->audio[kind].dim) > 0;
	l->has_text = vector_normalise(l->text, g->text_dim) > 0;
}

void likeness_done(struct likeness *l, const struct generation *g)
{
	normalise(l, g);
	for (int f = 0; f < LIKENESS_FACTS; f++)
		l->fact[f] =
		    l->count[f] ? l->fact[f] / (float)l->count[f] : NAN;
}

bool likeness_has_mood(const struct likeness *l)
{
	return l->count[LIKENESS_VALENCE] > 0;
}

void likeness_between(struct likeness *l, const struct generation *g,
		      const struct likeness *a, const struct likeness *b,
		      float of)
{
	likeness_reset(l, g);
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		vector_axpy(l->sound[kind], 1 - of, a->sound[kind],
			    g->audio[kind].dim);
		vector_axpy(l->sound[kind], of, b->sound[kind],
			    g->audio[kind].dim);
	}
	vector_axpy(l->text, 1 - of, a->text, g->text_dim);
	vector_axpy(l->text, of, b->text, g->text_dim);
	normalise(l, g);
	for (int f = 0; f < LIKENESS_FACTS; f++) {
		bool both = a->count[f] && b->count[f];

		l->count[f] = a->count[f] + b->count[f];
		l->fact[f] = both ? (1 - of) * a->fact[f] + of * b->fact[f]
			     : a->count[f] ? a->fact[f]
					   : b->fact[f];
	}
}
