/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/scoring.h"

#include <math.h>
#include <stdlib.h>

#include "math/vector.h"

static float unit_of_distance(float d)
{
	return d >= 0 ? 1 / (1 + d) : NAN;
}

/* With a second number where there is one; the first may be missing, too. */
static float mean_with(float mean, float x)
{
	return isnan(mean) ? x : isnan(x) ? mean : (mean + x) / 2;
}

float scored_audio_cosine(const struct scored *a, const struct scored *b)
{
	float mean = NAN;

	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		if (a->audio[kind].x && b->audio[kind].x)
			mean = mean_with(mean, vector_dot(a->audio[kind].x,
							  b->audio[kind].x,
							  a->audio[kind].dim));
	return mean;
}

static void fill_audio(struct scored *s, const struct generation *g)
{
	s->audio_confidence = NAN;
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		const struct audio_vectors *v = &g->audio[kind];
		size_t at = generation_find(v->rows, v->count, s->row);

		if (at == SIZE_MAX)
			continue;
		s->audio[kind].x = v->vectors + at * v->dim;
		s->audio[kind].dim = v->dim;
		s->audio_confidence =
		    mean_with(s->audio_confidence, v->confidence[at]);
	}
}

struct text_best { /* of all candidates */
	float words, cosine;
};

static float cosine_of(const struct candidate *c)
{
	float d = c->text_distance;

	return 1 - d * d / 2;
}

static struct text_best best_text(const struct candidates *c)
{
	struct text_best best = { 0, 0 };

	for (size_t i = 0; i < c->count; i++) {
		float words = c->items[i].words_score;
		float cosine = cosine_of(&c->items[i]);

		best.words = words > best.words ? words : best.words;
		best.cosine = cosine > best.cosine ? cosine : best.cosine;
	}
	return best;
}

/* What words, names and vectors say together; NaN: none of them anything. */
static float text_of(const struct candidates *c, const struct candidate *i,
		     const struct text_best *best)
{
	float sum = SCORING_NAMED * i->named, cosine = cosine_of(i);

	if (best->words > 0)
		sum +=
		    SCORING_WORDS * c->words_met * i->words_score / best->words;
	if (!isnan(cosine) && best->cosine > 0)
		sum += cosine / best->cosine;
	return isnan(cosine) && i->words_score <= 0 && i->named <= 0 ? NAN
								     : sum;
}

static void fill(struct scored *s, const struct candidate *c, float text,
		 const struct generation *g)
{
	float cosine = c->audio_cosine;

	*s = (struct scored){
		.row = c->row,
		.artist = g->artist[c->row],
		.link = g->link[c->row] < LINK_COUNT ? g->link[c->row]
						     : LINK_UNKNOWN,
		.valence = g->valence ? g->valence[c->row] : NAN,
		.arousal = g->arousal ? g->arousal[c->row] : NAN,
		.mood_confidence =
		    g->valence ? g->mood_confidence[c->row] : NAN,
	};
	fill_audio(s, g);
	if (cosine > 1)
		cosine = 1;
	if (cosine < -1)
		cosine = -1;
	s->part[SIGNAL_TEXT] = text;
	s->part[SIGNAL_AUDIO] = (cosine + 1) / 2;
	s->part[SIGNAL_MOOD] = unit_of_distance(c->mood_distance);
	s->part[SIGNAL_COLLAB] =
	    g->plays[c->row] >= 0 ? log1pf(g->plays[c->row]) : NAN;
}

/* Over all that are scored: text to [0, 1] by its range (1 where all are
 * equal), plays by the most played. */
static void normalise(struct scored *s, size_t n)
{
	float lo = INFINITY, hi = -INFINITY, most = 0;

	for (size_t i = 0; i < n; i++) {
		const float *p = s[i].part;

		lo = p[SIGNAL_TEXT] < lo ? p[SIGNAL_TEXT] : lo;
		hi = p[SIGNAL_TEXT] > hi ? p[SIGNAL_TEXT] : hi;
		most = p[SIGNAL_COLLAB] > most ? p[SIGNAL_COLLAB] : most;
	}
	for (size_t i = 0; i < n; i++) {
		float *p = s[i].part;

		if (!isnan(p[SIGNAL_TEXT]))
			p[SIGNAL_TEXT] =
			    hi > lo ? (p[SIGNAL_TEXT] - lo) / (hi - lo) : 1;
		if (!isnan(p[SIGNAL_COLLAB]))
			p[SIGNAL_COLLAB] =
			    most > 0 ? p[SIGNAL_COLLAB] / most : 0;
	}
}

static float sureness(const struct scored *s, int signal)
{
	float c = signal == SIGNAL_AUDIO  ? s->audio_confidence
		  : signal == SIGNAL_MOOD ? s->mood_confidence
					  : 1;

	return c >= 0 && c <= 1 ? c : 0;
}

static void score(struct scored *s, const struct candidates *c,
		  const struct weights *w, unsigned tier)
{
	float sum = 0, present = 0, all = 0, sure = 0;

	for (int i = 0; i < SIGNAL_COUNT; i++) {
		all += c->weight[i];
		if (isnan(s->part[i]))
			continue;
		sum += c->weight[i] * s->part[i];
		present += c->weight[i];
		sure += c->weight[i] * sureness(s, i);
	}
	s->score = present > 0 ? sum / present : 0;
	s->score *= w->penalty[tier < TIER_COUNT ? tier : TIER_NONE];
	s->confidence = all > 0 ? sure / all * w->link[s->link] : 0;
}

static int by_score(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->row > y->row) - (x->row < y->row);
}

size_t scoring_run(const struct candidates *c, const struct generation *g,
		   const struct weights *w, struct scored *out, size_t *dead,
		   struct err *err)
{
	struct text_best best = best_text(c);
	size_t n = 0;

	*dead = 0;
	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].row >= g->count) {
			err_set(err, ERR_DATA, "candidates",
				"row %u of %zu in "
				"generation %s; ask query again",
				c->items[i].row, g->count, g->name);
			return SIZE_MAX;
		}
		fill(&out[n], &c->items[i], text_of(c, &c->items[i], &best), g);
		if (out[n].link == LINK_DEAD)
			(*dead)++;
		else
			n++;
	}
	normalise(out, n);
	for (size_t i = 0; i < n; i++)
		score(&out[i], c, w, g->tier[out[i].row]);
	qsort(out, n, sizeof(*out), by_score);
	return n;
}
