/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/journeyrank.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/journey.h"
#include "corpus/journeyspot.h"
#include "corpus/middlelength.h"
#include "corpus/pairmemo.h"

#define NOBODY UINT32_MAX
enum { GIVEN = 4 * WISH_LIKE_MAX };

struct journeyrank {
	struct answer_journey answer;
	struct answer_stop *stops;
	struct str warning;
	size_t stops_cap;

	/* Tracks in the order in which they are met, leg by leg. */
	uint32_t *number; /* [scored]: a scored one's track, or NOBODY */
	uint32_t *first;  /* [count]: a track's first one, kept before others */
	struct journey_track *tracks;
	size_t count, number_cap, first_cap, tracks_cap;
	uint32_t *at;     /* [legs][count]: the scored one, or NOBODY */
	float *relevance; /* likewise, or NaN */
	size_t at_cap, relevance_cap;
	uint32_t given[GIVEN]; /* kept: of the first leg, the last, others; */
	struct journey_via via[GIVEN]; /* these */
	size_t ngiven;

	char length_of[GENERATION_NAME]; /* what length is of */
	double length; /* seconds, of the middle track; 0: none is known */
};

struct journeyrank *journeyrank_new(void)
{
	return mem_zalloc(1, sizeof(struct journeyrank));
}

void journeyrank_free(struct journeyrank *r)
{
	if (!r)
		return;
	free(r->stops);
	str_release(&r->warning);
	free(r->number);
	free(r->first);
	free(r->tracks);
	free(r->at);
	free(r->relevance);
	free(r);
}

/* --- which tracks --- */

/* Numbers rows as they are met. */
static void number_rows(struct journeyrank *r,
			const struct journeyrank_how *how, size_t total)
{
	size_t nslots = 16, i;
	uint32_t *slots; /* a row's number + 1, or 0 */

	while (nslots < 2 * total)
		nslots *= 2;
	slots = mem_zalloc(nslots, sizeof(*slots));
	MEM_ROOM(r->number, total + 1, r->number_cap);
	MEM_ROOM(r->first, total + 1, r->first_cap);
	r->count = 0;
	for (uint32_t at = 0; at < total; at++) {
		uint32_t row = how->scored[at].row;

		i = row * 0x9e3779b1U & (nslots - 1);
		while (slots[i] &&
		       how->scored[r->first[slots[i] - 1]].row != row)
			i = (i + 1) & (nslots - 1);
		if (!slots[i]) {
			r->first[r->count] = at;
			slots[i] = (uint32_t)++r->count;
		}
		r->number[at] = slots[i] - 1;
		if (how->scored[at].kept &&
		    !how->scored[r->first[r->number[at]]].kept)
			r->first[r->number[at]] = at;
	}
	free(slots);
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Tracks of all legs that are dead, each counted once. */
static size_t count_dead(const struct journeyrank_how *how)
{
	uint32_t *rows = NULL;
	size_t n = 0, cap = 0, dead = 0;

	for (size_t l = 0; l < how->c->leg_count; l++) {
		const struct candidates *leg = &how->c->legs[l];

		for (size_t i = 0; i < leg->count; i++) {
			if (how->g->link[leg->items[i].row] != LINK_DEAD)
				continue;
			MEM_ROOM(rows, n + 1, cap);
			rows[n++] = leg->items[i].row;
		}
	}
	if (n)
		qsort(rows, n, sizeof(*rows), by_number);
	for (size_t i = 0; i < n; i++)
		dead += !i || rows[i] != rows[i - 1];
	free(rows);
	return dead;
}

/* Leaves those out that may not answer, and numbers the others anew. */
static int bar(struct journeyrank *r, const struct journeyrank_how *how,
	       size_t total, struct err *err)
{
	uint32_t *anew = mem_zalloc(r->count + 1, sizeof(*anew));
	size_t n = 0;
	int rc = 0;

	for (size_t t = 0; t < r->count && rc >= 0; t++) {
		const struct scored *s = &how->scored[r->first[t]];

		rc = s->kept ? 0 : how->barred(how->ctx, s, err);
		anew[t] = rc ? NOBODY : (uint32_t)n;
		if (!rc)
			r->first[n++] = r->first[t];
	}
	for (size_t at = 0; at < total && rc >= 0; at++)
		r->number[at] = anew[r->number[at]];
	r->count = n;
	free(anew);
	return rc < 0 ? -1 : 0;
}

static void take_relevance(struct journeyrank *r,
			   const struct journeyrank_how *how, size_t total)
{
	size_t all = how->c->leg_count * r->count;

	MEM_ROOM(r->at, all + 1, r->at_cap);
	MEM_ROOM(r->relevance, all + 1, r->relevance_cap);
	for (size_t i = 0; i < all; i++) {
		r->at[i] = NOBODY;
		r->relevance[i] = NAN;
	}
	for (uint32_t at = 0; at < total; at++) {
		const struct scored *s = &how->scored[at];
		size_t i = s->leg * r->count + r->number[at];

		if (r->number[at] == NOBODY || r->at[i] != NOBODY)
			continue;
		r->at[i] = at;
		/* of mood, journey.h sees to what lies between the legs */
		r->relevance[i] =
		    s->pinned ? s->score
			      : s->relevance -
				    (float)s->contribution[SIGNAL_MOOD] / 1e6f;
	}
}

/* --- what is known of them --- */

static float measured(const struct displayed *d, enum display_feature f)
{
	return d->measured >> f & 1 ? d->value[f] : NAN;
}

/* As in scoring.h. */
static float sureness(const struct ranktuning *t, float confidence)
{
	float sure = confidence >= 0 && confidence <= 1 ? confidence : 0;

	return t->trust_least + (1 - t->trust_least) * sure;
}

static void describe(const struct journeyrank *r,
		     const struct journeyrank_how *how, size_t t,
		     struct journey_track *to)
{
	const struct scored *s = &how->scored[r->first[t]];
	const struct generation *g = how->g;
	float seconds = g->duration ? g->duration[s->row] : NAN;
	struct displayed d;

	generation_displayed(g, s->row, &d);
	*to = (struct journey_track){
		.artist = s->asked ? CATALOGUE_NONE : s->artist,
		.seconds =
		    middlelength_known(seconds) ? seconds : (float)r->length,
		.valence = s->valence,
		.arousal = s->arousal,
		.sure = sureness(how->tuning, s->mood_confidence),
		.tempo = measured(&d, DISPLAY_TEMPO),
		.key = measured(&d, DISPLAY_KEY),
		.mode = measured(&d, DISPLAY_MODE),
		.loudness = measured(&d, DISPLAY_LOUDNESS),
	};
	for (int k = 0; k < AUDIO_KINDS; k++) {
		to->sound[k].x = s->audio[k].x;
		to->sound[k].dim = s->audio[k].dim;
	}
}

static void describe_all(struct journeyrank *r,
			 const struct journeyrank_how *how)
{
	MEM_ROOM(r->tracks, r->count + 1, r->tracks_cap);
	poolrows_fill(how->rows, how->g, how->scored, r->first, r->count);
	for (size_t t = 0; t < r->count; t++)
		describe(r, how, t, &r->tracks[t]);
}

/* Adds what is kept in a leg, in that order, and not given yet; returns how
 * many these are. */
static size_t give(struct journeyrank *r, const struct journeyrank_how *how,
		   size_t leg)
{
	size_t before = r->ngiven;

	for (size_t at = how->first[leg]; at < how->first[leg + 1]; at++) {
		uint32_t t = r->number[at];
		bool is_new = how->scored[at].kept > 0;

		for (size_t i = 0; i < r->ngiven; i++)
			is_new = is_new && r->given[i] != t;
		if (is_new && r->ngiven < GIVEN)
			r->given[r->ngiven++] = t;
	}
	return r->ngiven - before;
}

static void take_given(struct journeyrank *r, const struct journeyrank_how *how,
		       struct journey *j)
{
	size_t legs = how->c->leg_count;

	r->ngiven = 0;
	j->first = r->given;
	j->nfirst = give(r, how, 0);
	j->last = r->given + r->ngiven;
	j->nlast = legs > 1 ? give(r, how, legs - 1) : 0;
	j->via = r->via;
	for (size_t l = 1; l + 1 < legs; l++) {
		size_t from = r->ngiven, n = give(r, how, l);

		for (size_t i = 0; i < n; i++)
			r->via[j->nvia++] =
			    (struct journey_via){ r->given[from + i],
						  how->c->legs[l].place };
	}
}

struct same {
	const struct journeyrank *r;
	const struct journeyrank_how *how;
	struct pairmemo *known;
};

static int same(void *ctx, uint32_t a, uint32_t b, struct err *err)
{
	struct same *x = ctx;
	float known;
	int found;

	if (pairmemo_get(x->known, a, b, &known))
		return known > 0;
	found = x->how->same(x->how->ctx, &x->how->scored[x->r->first[a]],
			     &x->how->scored[x->r->first[b]], err);
	if (found >= 0)
		pairmemo_put(x->known, a, b, (float)found);
	return found;
}

/* --- the answer --- */

static uint32_t scored_in(const struct journeyrank *r, size_t leg,
			  uint32_t track)
{
	return r->at[leg * r->count + track];
}

/* The scored one that stands for a track at a spot: that which is kept, else of
 * the nearer leg, if it is a candidate there. */
static uint32_t nearest(const struct journeyrank *r,
			const struct journeyrank_how *how,
			const struct journeyspot *s, uint32_t track)
{
	uint32_t a = scored_in(r, s->share < 0.5f ? s->leg : s->next, track);
	uint32_t b = scored_in(r, s->share < 0.5f ? s->next : s->leg, track);

	if (how->scored[r->first[track]].kept)
		return r->first[track];
	return a != NOBODY ? a : b != NOBODY ? b : r->first[track];
}

/* What made its score in the two legs, mixed, with its mood at the spot. */
static void mix_scores(const struct journeyrank *r,
		       const struct journeyrank_how *how,
		       const struct journey *j, const struct journeyspot *at,
		       uint32_t track, struct scored *s)
{
	uint32_t a = scored_in(r, at->leg, track);
	uint32_t b = scored_in(r, at->next, track);
	const struct scored *x = a == NOBODY ? s : &how->scored[a];
	const struct scored *y = b == NOBODY ? s : &how->scored[b];
	double share = (double)at->share;
	int32_t sum = 0;

	if (s->pinned || x->pinned || y->pinned)
		return;
	for (int i = 0; i < CONTRIBUTIONS; i++) {
		s->contribution[i] =
		    (int32_t)lrint((1 - share) * x->contribution[i] +
				   share * y->contribution[i]);
		if (i == SIGNAL_MOOD && at->mood > 0)
			s->contribution[i] = (int32_t)lrint(
			    1e6 * (double)journeyspot_near(j, at, track));
		sum += s->contribution[i];
	}
	s->score = (float)sum / 1e6f;
	for (int i = 0; i < SIGNAL_COUNT; i++)
		if (!isnan(x->part[i]) && !isnan(y->part[i]))
			s->part[i] = (1 - at->share) * x->part[i] +
				     at->share * y->part[i];
}

static struct span station_at(const struct candidates *c, double place)
{
	struct span name = { NULL, 0 };
	double best = INFINITY;

	for (size_t l = 0; l < c->leg_count; l++) {
		double away = fabs((double)c->legs[l].place - place);

		if (c->legs[l].station.n && away < best) {
			best = away;
			name = span_str(&c->legs[l].station);
		}
	}
	return name;
}

/* Where it is half a track too short or long. */
static void tell_misfit(struct journeyrank *r,
			const struct journeyrank_how *how, size_t n)
{
	double asked = 60 * how->c->minutes, off = r->answer.seconds - asked;
	const char *why = n < r->count
			      ? "more are found with --per-artist 0, or with "
				"wider filters"
			      : "no more were found";

	str_reset(&r->warning);
	if (n == how->most)
		why = "no more tracks were asked for";
	if (asked > 0 && fabs(off) > r->length / 2) {
		str_printf(&r->warning,
			   off < 0 ? "only %.0f of %.0f minutes: %s"
				   : "%.0f minutes, not %.0f: %s",
			   r->answer.seconds / 60, how->c->minutes,
			   off < 0 ? why : "nothing found fits better");
	} else if (!(asked > 0) && n < how->tracks) {
		str_printf(&r->warning, "only %zu of %zu tracks: %s", n,
			   how->tracks, why);
	}
	r->answer.warning = span_str(&r->warning);
}

/* Of order[n], which are tracks and become scored ones. */
static void set_down(struct journeyrank *r, const struct journeyrank_how *how,
		     const struct journey *j, uint32_t *order, size_t n)
{
	double at = 0, start = 0;

	MEM_ROOM(r->stops, n + 1, r->stops_cap);
	r->answer.unknown = 0;
	r->answer.smoothness = journey_smoothness(j, order, n);
	for (size_t i = 0; i < n; i++) {
		uint32_t t = order[i];
		const struct scored *first = &how->scored[r->first[t]];
		float known =
		    how->g->duration ? how->g->duration[first->row] : NAN;
		double place =
		    journeyspot_place(j, start, (double)j->tracks[t].seconds);
		struct journeyspot spot = journeyspot_at(j, place);
		struct scored *s;

		order[i] = nearest(r, how, &spot, t);
		s = &how->scored[order[i]];
		mix_scores(r, how, j, &spot, t, s);
		s->album = first->album;
		s->genre = first->genre;
		s->valence = first->valence;
		s->arousal = first->arousal;
		r->stops[i] =
		    (struct answer_stop){ at, station_at(how->c, place) };
		start += (double)j->tracks[t].seconds;
		at += middlelength_known(known) ? (double)known : r->length;
		r->answer.unknown += !middlelength_known(known);
	}
	r->answer.seconds = at;
	r->answer.stops = r->stops;
	tell_misfit(r, how, n);
}

static struct journey_leg leg_of(const struct journeyrank_how *how, size_t l)
{
	const struct candidates *c = &how->c->legs[l];
	const float *weight = how->weight ? how->weight : c->weight;
	bool has = c->mood_by != MOODBY_NONE;
	float sum = 0;

	for (int i = 0; i < SIGNAL_COUNT; i++)
		sum += weight[i];
	return (struct journey_leg){ .place = c->place,
				     .valence = has ? c->valence : NAN,
				     .arousal = has ? c->arousal : NAN,
				     .mood = weight[SIGNAL_MOOD] / sum };
}

/* Where the tracks that there are end too soon, the way is as long as they are:
 * its places are then all passed. */
static size_t find_whole(struct journey *j, uint32_t *order, struct err *err)
{
	size_t n = journey_find(j, order, err);

	for (int again = 0; again < 2 && n && n != SIZE_MAX; again++) {
		double all = 0;

		for (size_t i = 0; i < n; i++)
			all += (double)j->tracks[order[i]].seconds;
		if (all + all / (double)n / 2 >= j->seconds)
			break;
		j->seconds = all;
		n = journey_find(j, order, err);
	}
	return n;
}

/* Without minutes tracks are all as long: of a second. */
static size_t find(struct journeyrank *r, const struct journeyrank_how *how,
		   uint32_t *order, struct err *err)
{
	const struct candidates *c = how->c;
	const struct ranktuning *t = how->tuning;
	struct same twins = { r, how, NULL };
	struct journey j = {
		.tracks = r->tracks,
		.count = r->count,
		.legs = c->leg_count,
		.relevance = r->relevance,
		.seconds = 60 * c->minutes,
		.most = how->most,
		.per_artist = how->per_artist,
		.spacing = how->spacing,
		.tuning = { .weight = { t->journey_sound, t->journey_mood,
					t->journey_tempo, t->journey_key,
					t->journey_loudness },
			    .floor = t->journey_floor,
			    .near = t->journey_near,
			    .late = t->journey_late },
		.same = how->same ? same : NULL,
		.ctx = &twins
	};
	struct journey_leg legs[CANDIDATES_LEGS];
	size_t n;

	j.leg = legs;
	for (size_t l = 0; l < c->leg_count; l++)
		legs[l] = leg_of(how, l);
	take_given(r, how, &j);
	if (!(c->minutes > 0)) {
		for (size_t i = 0; i < r->count; i++)
			r->tracks[i].seconds = 1;
		j.seconds = (double)how->tracks;
	}
	twins.known = pairmemo_new();
	n = find_whole(&j, order, err);
	pairmemo_free(twins.known);
	if (n != SIZE_MAX)
		set_down(r, how, &j, order, n);
	return n;
}

int journeyrank_run(struct journeyrank *r, const struct journeyrank_how *how,
		    uint32_t *order, struct answer *a, struct err *err)
{
	size_t total = how->first[how->c->leg_count];

	if (strcmp(r->length_of, how->g->name) != 0) {
		r->length = middlelength_of(how->g);
		memcpy(r->length_of, how->g->name, sizeof(r->length_of));
	}
	if (!(r->length > 0))
		r->length = (double)how->tuning->journey_seconds;
	number_rows(r, how, total);
	a->dead = count_dead(how);
	r->answer.tracks = r->count + a->dead;
	if (bar(r, how, total, err))
		return -1;
	take_relevance(r, how, total);
	describe_all(r, how);
	a->count = find(r, how, order, err);
	if (a->count == SIZE_MAX)
		return -1;
	a->journey = &r->answer;
	return 0;
}
