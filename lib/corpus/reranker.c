/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/reranker.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/askedfor.h"
#include "corpus/crossrank.h"
#include "corpus/diversify.h"
#include "corpus/families.h"
#include "corpus/journeyrank.h"
#include "corpus/matchcurve.h"
#include "corpus/percentile.h"
#include "corpus/poolrows.h"
#include "corpus/seen.h"
#include "corpus/why.h"
#include "io/progress.h"
#include "math/random.h"

enum { RESULTS = 20, PICKS = 50, POOL = 100, JOURNEY_MOST = 1000 };

struct reranker {
	struct ranktuning tuning;
	struct matchcurve curve;
	struct weights weights; /* of the generation of that name, */
	float lo, hi;           /* and its popularity from 0 to `popular` */
	int popular;
	char weights_of[GENERATION_NAME];
	struct families *families;
	struct why *why;
	struct askedfor asked;
	struct scored *scored;
	uint32_t *order;
	size_t scored_cap, order_cap;
	struct poolrows rows;
	struct journeyrank *journey;
	size_t legs[CANDIDATES_LEGS + 1]; /* where those of a leg begin */
	struct str title, other, text;
};

struct reranker *reranker_new(struct err *err)
{
	struct reranker *r = mem_zalloc(1, sizeof(*r));

	r->families = families_new();
	r->journey = journeyrank_new();
	r->why = why_new(err);
	if (r->why && !ranktuning_load(&r->tuning, err) &&
	    !matchcurve_load(&r->curve, err))
		return r;
	reranker_free(r);
	return NULL;
}

void reranker_free(struct reranker *r)
{
	if (!r)
		return;
	weights_release(&r->weights);
	matchcurve_release(&r->curve);
	families_free(r->families);
	why_free(r->why);
	askedfor_release(&r->asked);
	journeyrank_free(r->journey);
	free(r->scored);
	free(r->order);
	str_release(&r->title);
	str_release(&r->other);
	str_release(&r->text);
	poolrows_release(&r->rows);
	free(r);
}

struct ranktuning *reranker_tuning(struct reranker *r)
{
	return &r->tuning;
}

static int take_weights(struct reranker *r, const struct generation *g,
			struct err *err)
{
	if (r->weights_of[0] && !strcmp(r->weights_of, g->name))
		return 0;
	weights_release(&r->weights);
	r->weights = (struct weights){ 0 };
	r->weights_of[0] = '\0';
	r->popular = 0;
	if (weights_parse(&r->weights, g->weights, "weights", err))
		return err_prefix(err, "%s", g->path);
	memcpy(r->weights_of, g->name, sizeof(r->weights_of));
	return 0;
}

/* One run: what the table and the request leave open, filled in. */
struct run {
	struct reranker *r;
	const struct candidates *c;
	const struct generation *g;
	const struct reranker_options *o;
	struct answer *a;
	size_t n; /* scored */
	size_t k, pool, picks;
	float lambda, genre_share;
	size_t per_artist;
	struct diversify_gaps gaps;
	int versions; /* asked for: 1 or 0; -1: nobody looked yet */
};

static size_t chosen(int option, float table)
{
	return option < 0 ? (size_t)table : (size_t)option;
}

static void plan(struct run *x)
{
	const struct reranker_options *o = x->o;
	const struct ranktuning *t = &x->r->tuning;

	x->k = (size_t)(o->top_k      ? o->top_k
			: x->c->top_k ? x->c->top_k
				      : RESULTS);
	x->pool = x->k > PICKS ? 2 * x->k : POOL;
	x->picks = x->k > PICKS ? x->k : PICKS;
	x->lambda = o->lambda < 0 ? t->lambda : o->lambda;
	x->genre_share = o->genre_share < 0 ? t->genre_share : o->genre_share;
	x->per_artist = chosen(o->per_artist, t->per_artist);
	x->gaps.artist = chosen(o->spacing, t->spacing);
	x->gaps.album = chosen(o->album_spacing, t->album_spacing);
	x->gaps.worth = o->spacing < 0 ? t->spacing_worth : 0;
	x->versions = o->versions ? 1 : -1;
}

/* By the track's key, not its row: an index of other tracks beside gives the
 * same tracks the same places. */
static void vary(struct run *x, struct scored *s, size_t n)
{
	struct random rng;

	for (size_t i = 0; i < n && x->o->seeded; i++) {
		random_seed(&rng, x->o->seed, x->g->keys[s[i].row]);
		if (!s[i].pinned)
			s[i].relevance += x->r->tuning.seed_band *
					  (float)random_uniform(&rng);
	}
	if (x->o->seeded)
		qsort(s, n, sizeof(*s), scoring_best_first);
}

static bool is_popular(struct run *x, const struct scored *s)
{
	struct reranker *r = x->r;
	int most = x->o->max_popularity;

	if (most >= 100 || !x->g->popularity)
		return false;
	if (r->popular != most + 1) { /* once for an index */
		percentile_range(x->g->popularity, x->g->count, 0, most, &r->lo,
				 &r->hi);
		r->popular = most + 1;
	}
	return x->g->popularity[s->row] > r->hi;
}

static int was_seen(struct run *x, const struct scored *s, struct err *err)
{
	if (!x->o->seen)
		return 0;
	if (catalogue_copy(x->g, s->row, CATALOGUE_ID, &x->r->title, err))
		return -1;
	return seen_has(x->o->seen, span_str(&x->r->title));
}

/* 1 or 0; versions that are asked for are songs of their own. */
static int same_song(void *ctx, const struct scored *a, const struct scored *b,
		     struct err *err)
{
	struct run *x = ctx;
	struct reranker *r = x->r;
	int same;

	if (x->versions == 1)
		return 0;
	if (catalogue_copy(x->g, a->row, CATALOGUE_TITLE, &r->title, err) ||
	    catalogue_copy(x->g, b->row, CATALOGUE_TITLE, &r->other, err))
		return -1;
	same = families_same(r->families, span_str(&r->title),
			     span_str(&r->other), err);
	if (same > 0 && x->versions < 0)
		x->versions =
		    families_asked(r->families, span_str(&x->c->query), err);
	if (same < 0 || (same && x->versions < 0))
		return -1;
	return same && !x->versions;
}

/* Is it a version of one in the pool, order[n]? Then it stands with that. */
static int is_version(struct run *x, uint32_t at, size_t n, struct err *err)
{
	struct reranker *r = x->r;
	struct scored *s = r->scored, *twin;
	int same;

	for (size_t i = 0; s[at].artist != CATALOGUE_NONE && i < n; i++) {
		twin = &s[r->order[i]];
		if (twin->artist != s[at].artist)
			continue;
		same = same_song(x, &s[at], twin, err);
		if (same < 0)
			return -1;
		if (!same)
			continue;
		while (twin->also != SCORED_ALONE)
			twin = &s[twin->also];
		twin->also = at;
		return 1;
	}
	return 0;
}

static bool is_capped(const struct run *x, uint32_t at, size_t n)
{
	const struct scored *s = x->r->scored;
	size_t met = 0;

	if (!x->per_artist || s[at].asked || s[at].artist == CATALOGUE_NONE)
		return false;
	for (size_t i = 0; i < n && met < x->per_artist; i++)
		met += s[x->r->order[i]].artist == s[at].artist;
	return met >= x->per_artist;
}

/* Was it seen, is it too popular? 1 or 0. */
static int is_barred(void *ctx, const struct scored *s, struct err *err)
{
	struct run *x = ctx;
	int seen = was_seen(x, s, err);
	bool barred = seen > 0 || (!seen && is_popular(x, s));

	if (barred)
		*(seen ? &x->a->seen : &x->a->popular) += 1;
	return seen < 0 ? -1 : barred;
}

/* Fills r->order with what may answer, the best first, as far as the pool
 * reaches; SIZE_MAX: an error. */
static size_t fill_pool(struct run *x, struct err *err)
{
	size_t n = 0;

	for (uint32_t at = 0; at < x->n && n < x->pool; at++) {
		const struct scored *s = &x->r->scored[at];
		int barred, version;

		if (s->kept) {
			x->r->order[n++] = at;
			continue;
		}
		barred = is_barred(x, s, err);
		version = barred ? 0 : is_version(x, at, n, err);
		if (barred < 0 || version < 0)
			return SIZE_MAX;
		if (barred)
			continue;
		if (version)
			x->a->versions++;
		else if (is_capped(x, at, n))
			x->a->capped++;
		else
			x->r->order[n++] = at;
	}
	return n;
}

/* The genre that has more of order[k] than `most` and is not asked for. */
static uint32_t flooding(const struct run *x, const uint32_t *order, size_t k,
			 size_t most)
{
	const struct scored *s = x->r->scored;

	for (size_t i = 0; i + most < k; i++) {
		uint32_t genre = s[order[i]].genre;
		size_t met = 0;

		for (size_t j = i; j < k && genre != CATALOGUE_NONE; j++)
			met += s[order[j]].genre == genre;
		if (met > most)
			return askedfor_genre(x->c, x->g, genre)
				   ? CATALOGUE_NONE
				   : genre;
	}
	return CATALOGUE_NONE;
}

/* Others may take its places where they are nearly as good as the worst. */
static void dam(const struct run *x, uint32_t *order, size_t n)
{
	const struct scored *s = x->r->scored;
	size_t k = x->k < n ? x->k : n;
	size_t most = (size_t)fmaxf(1, x->genre_share * (float)k + 1e-3f);
	uint32_t genre = flooding(x, order, k, most);
	float worst = 1;

	for (size_t i = 0; i < k; i++)
		worst = fminf(worst, s[order[i]].relevance);
	if (genre != CATALOGUE_NONE)
		diversify_genre(s, order, n, k, genre, most,
				x->r->tuning.genre_worth * worst);
}

static size_t diversify(struct run *x, size_t n)
{
	const struct scored *s = x->r->scored;
	uint32_t *order = x->r->order;
	size_t pins = 0;

	while (pins < n && s[order[pins]].pinned)
		pins++;
	order += pins;
	n -= pins;
	diversify_mmr(s, order, n, x->picks, x->lambda);
	dam(x, order, n);
	diversify_space(s, order, n, &x->gaps);
	n += pins;
	return x->k < n ? x->k : n;
}

static void set_match(const struct run *x, const struct candidates *c,
		      struct scored *s)
{
	s->also = SCORED_ALONE;
	if (s->kept)
		return;
	/* ranks, and plays alone, make scores that the curve is not of */
	if ((x->o->fusion == FUSION_WEIGHTED && !c->wish.vague) || s->pinned)
		s->match = matchcurve_at(&x->r->curve, s->score);
}

static int arrange(struct run *x, struct err *err)
{
	struct reranker *r = x->r;
	size_t n;

	for (size_t i = 0; i < x->n; i++)
		set_match(x, x->c, &r->scored[i]);
	vary(x, r->scored, x->n);
	askedfor_artists(&r->asked, x->c, (size_t)r->tuning.few_artists,
			 r->scored, x->n);
	n = fill_pool(x, err);
	if (n == SIZE_MAX)
		return -1;
	poolrows_fill(&r->rows, x->g, r->scored, r->order, n);
	x->a->count = diversify(x, n);
	return 0;
}

/* The share of words in the weights. */
static float words_share(const struct scoring *how)
{
	const float *weight = how->weight ? how->weight : how->c->weight;
	float sum = 0;

	for (int i = 0; i < SIGNAL_COUNT; i++)
		sum += weight[i];
	return sum > 0 ? weight[SIGNAL_TEXT] / sum : 0;
}

static int read_again(struct run *x, const struct scoring *how, struct err *err)
{
	const struct reranker_options *o = x->o;
	struct crossrank_how cross = { .top = (size_t)o->cross_top,
				       .budget = o->cross_ms / 1e3,
				       .weight = words_share(how),
				       .text = span_str(&x->c->query) };
	size_t n;

	if (!o->cross || x->c->wish.vague)
		return 0;
	n = crossrank_apply(o->cross, &cross, x->g, x->r->scored, x->n,
			    &x->a->cross_late, err);
	if (n == SIZE_MAX)
		return -1;
	x->a->cross = n ? crossrank_name(o->cross) : NULL;
	return 0;
}

static int run_alone(struct run *x, struct scoring *how, double *scored,
		     struct err *err)
{
	struct reranker *r = x->r;

	MEM_ROOM(r->scored, x->c->count + 1, r->scored_cap);
	MEM_ROOM(r->order, x->c->count + 1, r->order_cap);
	x->n = scoring_run(how, r->scored, &x->a->dead, err);
	if (x->n == SIZE_MAX)
		return -1;
	*scored = progress_clock();
	plan(x);
	return read_again(x, how, err) || arrange(x, err) ? -1 : 0;
}

/* Scores leg by leg. */
static int score_legs(struct run *x, struct scoring *how, struct err *err)
{
	struct reranker *r = x->r;
	size_t all = 0, n, dead;

	for (size_t l = 0; l < x->c->leg_count; l++)
		all += x->c->legs[l].count;
	MEM_ROOM(r->scored, all + 1, r->scored_cap);
	for (size_t l = 0; l < x->c->leg_count; l++) {
		struct scored *s = r->scored + x->n;

		how->c = &x->c->legs[l];
		r->legs[l] = x->n;
		n = scoring_run(how, s, &dead, err);
		if (n == SIZE_MAX)
			return -1;
		for (size_t i = 0; i < n; i++)
			s[i].leg = (uint32_t)l;
		vary(x, s, n);
		askedfor_artists(&r->asked, how->c,
				 (size_t)r->tuning.few_artists, s, n);
		x->n += n;
	}
	r->legs[x->c->leg_count] = x->n;
	return 0;
}

void reranker_unused(const struct reranker_options *o, struct str *out)
{
	const struct {
		const char *name;
		bool given;
	} options[] = {
		{ "--cross-encoder", o->cross != NULL },
		{ "--lambda", o->lambda >= 0 },
		{ "--album-spacing", o->album_spacing >= 0 },
		{ "--genre-share", o->genre_share >= 0 },
	};
	size_t before = out->n;

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (options[i].given)
			str_printf(out, "%s%s", out->n > before ? ", " : "",
				   options[i].name);
}

static int run_journey(struct run *x, struct scoring *how, double *scored,
		       struct err *err)
{
	struct reranker *r = x->r;
	struct journeyrank_how way = { .c = x->c,
				       .g = x->g,
				       .tuning = &r->tuning,
				       .weight = how->weight,
				       .first = r->legs,
				       .rows = &r->rows,
				       .barred = is_barred,
				       .same = same_song,
				       .ctx = x };
	int most = x->o->top_k ? x->o->top_k : x->c->top_k;

	if (score_legs(x, how, err))
		return -1;
	*scored = progress_clock();
	plan(x);
	way.scored = r->scored;
	way.most = most && most < JOURNEY_MOST ? (size_t)most : JOURNEY_MOST;
	way.tracks = x->k < JOURNEY_MOST ? x->k : JOURNEY_MOST;
	if (!(x->c->minutes > 0))
		way.most = way.tracks;
	way.per_artist = x->per_artist;
	way.spacing = x->gaps.artist;
	MEM_ROOM(r->order, way.most + 1, r->order_cap);
	if (journeyrank_run(r->journey, &way, r->order, x->a, err))
		return -1;
	for (size_t i = 0; i < x->a->count; i++) {
		struct scored *result = &r->scored[r->order[i]];

		set_match(x, &x->c->legs[result->leg], result);
	}
	return 0;
}

int reranker_run(struct reranker *r, const struct candidates *c,
		 const struct generation *g, const struct reranker_options *o,
		 struct answer *a, struct err *err)
{
	double start = progress_clock(), scored = start;
	struct run x = { .r = r, .c = c, .g = g, .o = o, .a = a };
	struct scoring how = { .c = c,
			       .g = g,
			       .weights = &r->weights,
			       .tuning = &r->tuning,
			       .fusion = o->fusion,
			       .off = o->off };

	*a = (struct answer){ .c = c, .g = g, .why = r->why, .text = &r->text };
	why_reset(r->why);
	if (take_weights(r, g, err))
		return -1;
	for (int i = 0; i < SIGNAL_COUNT; i++)
		if (o->weight[i] > 0)
			how.weight = o->weight;
	if (c->leg_count ? run_journey(&x, &how, &scored, err)
			 : run_alone(&x, &how, &scored, err))
		return -1;
	a->scored = r->scored;
	a->order = r->order;
	a->scoring_ms = 1e3 * (scored - start);
	a->ranked = progress_clock();
	a->reranking_ms = 1e3 * (a->ranked - scored);
	return 0;
}
