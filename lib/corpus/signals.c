/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/signals.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/playlistmates.h"
#include "math/vector.h"

enum { FETCHED = 16 /* candidates, before their signals are read */ };

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

static void fill_sureness(struct scored *s, const struct generation *g)
{
	s->audio_confidence = NAN;
	for (int kind = 0; kind < AUDIO_KINDS; kind++) {
		const struct audio_vectors *v = &g->audio[kind];
		size_t at =
		    generation_sound_at(g, (enum audio_kind)kind, s->row);

		if (at != SIZE_MAX)
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

/* How near a track's texture is to what is asked for; NaN: not known. */
static float texture_of(const struct wish *w, const struct generation *g,
			uint32_t row)
{
	const uint8_t *p =
	    g->timbre ? g->timbre + (size_t)row * TIMBRE_AXES : NULL;
	float sum = 0, count = 0;

	for (int a = 0; p && a < TIMBRE_AXES; a++) {
		if (isnan(w->timbre[a]) || p[a] > 100)
			continue;
		sum += 1 - fabsf(w->timbre[a] - (float)p[a] / 100);
		count++;
	}
	return count > 0 ? sum / count : NAN;
}

static float audio_of(const struct scoring *how, const struct candidate *c)
{
	float cosine = (fmaxf(-1, fminf(1, c->audio_cosine)) + 1) / 2;
	float share = how->tuning->texture, near = NAN;

	if (isnan(c->audio_cosine))
		cosine = NAN;
	if (wish_any_timbre(&how->c->wish))
		near = texture_of(&how->c->wish, how->g, c->row);
	if (isnan(near) || isnan(cosine))
		return isnan(near) ? cosine : near;
	return share * near + (1 - share) * cosine;
}

/* Asks for what fill and the score of a row will read. */
static void fetch(const struct generation *g, uint32_t row)
{
	if (row >= g->count)
		return;
	MEM_FETCH(g->artist + row);
	MEM_FETCH(g->link + row);
	MEM_FETCH(g->tier + row);
	MEM_FETCH(g->plays + row);
	if (g->flags)
		MEM_FETCH(g->flags + row);
	if (g->valence)
		MEM_FETCH(g->mood_confidence + row);
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		if (g->audio[kind].count == g->count)
			MEM_FETCH(g->audio[kind].confidence + row);
}

static void fill(struct scored *s, const struct scoring *how, size_t item,
		 float text)
{
	const struct candidate *c = &how->c->items[item];
	const struct generation *g = how->g;

	*s = (struct scored){
		.row = c->row,
		.item = (uint32_t)item,
		.artist = g->artist[c->row],
		.album = CATALOGUE_NONE,
		.genre = CATALOGUE_NONE,
		.link = g->link[c->row] < LINK_COUNT ? g->link[c->row]
						     : LINK_UNKNOWN,
		.flags = g->flags ? g->flags[c->row] : 0,
		.match = NAN,
		.also = SCORED_ALONE,
		.valence = NAN,
		.arousal = NAN,
		.mood_confidence =
		    g->valence ? g->mood_confidence[c->row] : NAN,
	};
	fill_sureness(s, g);
	s->part[SIGNAL_TEXT] = text;
	s->part[SIGNAL_AUDIO] = audio_of(how, c);
	s->part[SIGNAL_MOOD] = unit_of_distance(c->mood_distance);
	s->part[SIGNAL_COLLAB] =
	    g->plays[c->row] >= 0 && isfinite(g->plays[c->row])
		? log1pf(g->plays[c->row])
		: NAN;
}

struct range {
	float lo, hi;
	float worth; /* of text: what its best is worth */
};

static struct range range_of(const struct scored *s, size_t n, int signal)
{
	struct range r = { INFINITY, -INFINITY, 1 };

	for (size_t i = 0; i < n; i++) {
		float p = s[i].part[signal];

		r.lo = p < r.lo ? p : r.lo;
		r.hi = p > r.hi ? p : r.hi;
	}
	return r;
}

/* Text by its range (the best where all are equal), plays by the most played;
 * sound and mood are stretched. */
static float normal(int signal, float p, struct range r, float span)
{
	switch (signal) {
	case SIGNAL_TEXT:
		return r.worth * (r.hi > r.lo ? (p - r.lo) / (r.hi - r.lo) : 1);
	case SIGNAL_COLLAB:
		return r.hi > 0 ? p / r.hi : p;
	default:
		span = r.hi - r.lo > span ? r.hi - r.lo : span;
		return span > 0 ? fmaxf(0, r.hi * (1 - (r.hi - p) / span)) : p;
	}
}

struct place {
	float part;
	uint32_t at;
};

static int best_first(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->part != y->part)
		return x->part < y->part ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

static void to_ranks(struct scored *s, size_t n, int signal, float k)
{
	struct place *order = mem_alloc((n + 1) * sizeof(*order));
	size_t count = 0, rank = 1;

	for (size_t i = 0; i < n; i++)
		if (!isnan(s[i].part[signal]))
			order[count++] =
			    (struct place){ s[i].part[signal], (uint32_t)i };
	qsort(order, count, sizeof(*order), best_first);
	for (size_t i = 0; i < count; i++) {
		if (i && order[i].part < order[i - 1].part)
			rank = i + 1;
		s[order[i].at].part[signal] = (k + 1) / (k + (float)rank);
	}
	free(order);
}

/* Nobody is named and few words are met: that the best has more of them than
 * the others tells little. Where none is met, vectors tell all there is. */
static float worth_of_text(const struct scoring *how,
			   const struct text_best *best)
{
	const struct candidates *c = how->c;
	float met = fmaxf(c->words_met, best->cosine / (SCORING_WORDS + 1));

	for (size_t i = 0; i < c->count; i++)
		met = fmaxf(met, c->items[i].named);
	return powf(fmaxf(0, fminf(1, met)), how->tuning->met);
}

static void normalise(const struct scoring *how, const struct text_best *best,
		      struct scored *s, size_t n)
{
	for (int signal = 0; signal < SIGNAL_COUNT; signal++) {
		struct range r = range_of(s, n, signal);

		if (signal == SIGNAL_TEXT)
			r.worth = worth_of_text(how, best);
		if (how->fusion == FUSION_RANKS) {
			to_ranks(s, n, signal, how->tuning->ranks);
			continue;
		}
		for (size_t i = 0; i < n; i++)
			if (!isnan(s[i].part[signal]))
				s[i].part[signal] =
				    normal(signal, s[i].part[signal], r,
					   how->tuning->span);
	}
}

/* Without plays, playlists alone; without either, it is not known. */
static void add_playlists(const struct scoring *how, struct scored *s, size_t n)
{
	const struct wish *wish = &how->c->wish;
	float share = how->tuning->playlists;
	struct playlistmates m = { 0 };

	if (!wish->like_count)
		return;
	playlistmates_find(&m, how->g, wish->like, wish->like_count);
	for (size_t i = 0; i < n && m.most > 0; i++) {
		float *p = &s[i].part[SIGNAL_COLLAB];

		s[i].together = playlistmates_of(&m, s[i].row);
		if (!isnan(*p))
			*p = share * s[i].together + (1 - share) * *p;
		else if (s[i].together > 0)
			*p = s[i].together;
	}
	playlistmates_release(&m);
}

static bool is_unlike(const struct wish *w, uint32_t row)
{
	for (size_t i = 0; i < w->unlike_count; i++)
		if (w->unlike[i] == row)
			return true;
	return false;
}

size_t signals_fill(const struct scoring *how, struct scored *out, size_t *dead,
		    struct err *err)
{
	const struct candidates *c = how->c;
	const struct generation *g = how->g;
	struct text_best best = best_text(c);
	size_t n = 0;

	*dead = 0;
	for (size_t i = 0; i < c->count; i++) {
		if (i + FETCHED < c->count)
			fetch(g, c->items[i + FETCHED].row);
		if (c->items[i].row >= g->count) {
			err_set(err, ERR_DATA, "candidates",
				"row %u of %zu in "
				"generation %s; ask query again",
				c->items[i].row, g->count, g->name);
			return SIZE_MAX;
		}
		if (is_unlike(&c->wish, c->items[i].row))
			continue;
		fill(&out[n], how, i, text_of(c, &c->items[i], &best));
		if (out[n].link == LINK_DEAD)
			(*dead)++;
		else
			n++;
	}
	normalise(how, &best, out, n);
	add_playlists(how, out, n);
	return n;
}

void signals_mean(const struct scored *s, size_t n, float mean[SIGNAL_COUNT])
{
	for (int signal = 0; signal < SIGNAL_COUNT; signal++) {
		double sum = 0, count = 0;

		for (size_t i = 0; i < n; i++) {
			if (isnan(s[i].part[signal]))
				continue;
			sum += (double)s[i].part[signal];
			count++;
		}
		mean[signal] = count > 0 ? (float)(sum / count) : NAN;
	}
}
