/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/journey.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/journeyspot.h"
#include "corpus/journeystep.h"
#include "math/topk.h"

enum {
	BEAM = 32,     /* lists that go on, */
	BRANCHES = 40, /* each by so many tracks */
	ALIKE = 8,     /* of the lists, how many may end in one track */
	SLOTS = 1000
};
#define NOBODY UINT32_MAX

struct node { /* a list: another's and one track more */
	uint32_t before, track;
	uint32_t tracks; /* without the last ones that are given */
	uint32_t vias;   /* of those that are given, how many it has */
	double seconds, gain;
};

struct slot { /* a stretch of the way: what may stand there, the best first */
	struct topk found;
	bool all; /* of all tracks there are */
};

struct search {
	const struct journey *j;
	struct journeystep *step;
	double tail; /* seconds of the last ones */
	double mean; /* of a track */
	struct slot *slots;
	size_t nslots;
	float *floor; /* [legs]: of who is no candidate there */

	struct node *nodes;
	size_t count, cap;
	uint32_t beam[BEAM];
	size_t nbeam;
	struct node *next;
	size_t nnext, next_cap;
	struct topk chosen;

	/* Of the list that goes on; stamps tell which. */
	uint32_t stamp;
	uint32_t *used;   /* [count] */
	uint32_t *artist; /* [count]: numbers from 0, or NOBODY */
	struct presence {
		uint32_t stamp, tracks, back;
		uint32_t latest; /* of its tracks; then follow[] */
	} * presence;            /* [artists] */
	uint32_t *follow;        /* [count]: the artist's before it */

	uint32_t best; /* the node of the best list so far */
	double best_value;
};

/* --- relevance --- */

static float relevance_in(const struct search *x, size_t leg, uint32_t track)
{
	float r = x->j->relevance[leg * x->j->count + track];

	return isnan(r) ? x->floor[leg] : r;
}

static float relevance_at(const struct search *x, const struct journeyspot *s,
			  uint32_t track)
{
	return (1 - s->share) * relevance_in(x, s->leg, track) +
	       s->share * relevance_in(x, s->next, track) +
	       journeyspot_near(x->j, s, track);
}

/* Fills a slot with what two legs, or all, have for it. */
static void fill_slot(struct search *x, size_t at, bool all)
{
	const struct journey *j = x->j;
	struct slot *s = &x->slots[at];
	double middle =
	    x->nslots > 1 ? (double)at / (double)(x->nslots - 1) : 0.5;
	struct journeyspot p = journeyspot_at(j, middle);
	size_t room = 4 * BRANCHES + x->nslots / 2;

	topk_release(&s->found);
	topk_init(&s->found, all || room > j->count ? j->count : room);
	s->all = all;
	for (uint32_t t = 0; t < j->count; t++)
		if (all || !isnan(j->relevance[p.leg * j->count + t]) ||
		    !isnan(j->relevance[p.next * j->count + t]))
			topk_offer(&s->found, relevance_at(x, &p, t), t);
	topk_sort(&s->found);
}

static struct slot *slot_at(struct search *x, double seconds)
{
	double place = journeyspot_place(x->j, seconds, x->mean);
	size_t i = (size_t)lrint(place * (double)(x->nslots - 1));

	if (!x->slots[i].found.items)
		fill_slot(x, i, false);
	return &x->slots[i];
}

/* --- what may follow --- */

static void meet(struct search *x, uint32_t track, uint32_t back)
{
	struct presence *p;

	x->used[track] = x->stamp;
	if (x->artist[track] == NOBODY)
		return;
	p = &x->presence[x->artist[track]];
	if (p->stamp != x->stamp)
		*p = (struct presence){ x->stamp, 0, back, NOBODY };
	p->tracks++;
	x->follow[track] = p->latest;
	p->latest = track;
}

/* Back from the list's end; what is given and yet to come stands nowhere
 * near. */
static void take_up(struct search *x, uint32_t node)
{
	uint32_t back = 0;
	size_t vias = x->nodes[node].vias;

	x->stamp++;
	for (; node != NOBODY; node = x->nodes[node].before)
		if (x->nodes[node].track != NOBODY)
			meet(x, x->nodes[node].track, back++);
	for (size_t i = 0; i < x->j->nlast; i++)
		meet(x, x->j->last[i], NOBODY);
	for (; vias < x->j->nvia; vias++)
		meet(x, x->j->via[vias].track, NOBODY);
}

/* 1 or 0, -1: an error. */
static int may_follow(const struct search *x, uint32_t track, struct err *err)
{
	const struct journey *j = x->j;
	const struct presence *p;

	if (x->used[track] == x->stamp)
		return 0;
	if (x->artist[track] == NOBODY)
		return 1;
	p = &x->presence[x->artist[track]];
	if (p->stamp != x->stamp)
		return 1;
	if (j->per_artist && p->tracks >= j->per_artist)
		return 0;
	for (uint32_t t = p->latest; j->same && t != NOBODY; t = x->follow[t]) {
		int same = j->same(j->ctx, track, t, err);

		if (same)
			return same < 0 ? -1 : 0;
	}
	return 1;
}

static double too_soon(const struct search *x, uint32_t track)
{
	const struct presence *p;

	if (x->artist[track] == NOBODY)
		return 0;
	p = &x->presence[x->artist[track]];
	return p->stamp == x->stamp && p->back < x->j->spacing
		   ? (double)(x->j->spacing - p->back)
		   : 0;
}

/* --- lists --- */

/* The list of `from` and a track behind it. */
static struct node longer(const struct search *x, uint32_t from, uint32_t track)
{
	const struct journey *j = x->j;
	const struct node *n = &x->nodes[from];
	double seconds = (double)j->tracks[track].seconds;
	struct journeyspot p =
	    journeyspot_at(j, journeyspot_place(j, n->seconds, seconds));
	struct node to = { .before = from,
			   .track = track,
			   .tracks = n->tracks + 1,
			   .vias = n->vias,
			   .seconds = n->seconds + seconds,
			   .gain = n->gain };

	to.gain += (double)relevance_at(x, &p, track);
	if (n->track != NOBODY)
		to.gain -= (double)journeystep_cost(x->step, n->track, track);
	return to;
}

static uint32_t keep(struct search *x, struct node n)
{
	MEM_ROOM(x->nodes, x->count + 1, x->cap);
	x->nodes[x->count] = n;
	return (uint32_t)x->count++;
}

static bool goes_on(const struct search *x, uint32_t node)
{
	const struct journey *j = x->j;
	const struct node *n = &x->nodes[node];

	return n->tracks + j->nlast < j->most &&
	       (n->vias < j->nvia || n->seconds + x->tail < j->seconds);
}

/* Is it the best list, where it ends here, but for the last ones? */
static void weigh(struct search *x, uint32_t node)
{
	const struct journey *j = x->j;
	const struct node *n = &x->nodes[node];
	double tracks = (double)(n->tracks + j->nlast), value = n->gain;

	if (!(tracks > 0) || (n->vias < j->nvia && goes_on(x, node)))
		return;
	if (n->track != NOBODY && j->nlast)
		value -=
		    (double)journeystep_cost(x->step, n->track, j->last[0]);
	value -= (double)j->tuning.late *
		 fabs(n->seconds + x->tail - j->seconds) / x->mean;
	value /= tracks;
	if (x->best == NOBODY || value > x->best_value) {
		x->best = node;
		x->best_value = value;
	}
}

/* Is it nearer to the place of the next via than it will be, or is there room
 * for but these? */
static bool is_due(const struct search *x, const struct node *n)
{
	const struct journey *j = x->j;
	const struct journey_via *via;
	size_t left = j->nvia - n->vias;
	double seconds;

	if (!left)
		return false;
	via = &j->via[n->vias];
	seconds = (double)j->tracks[via->track].seconds;
	return n->tracks + left + j->nlast >= j->most ||
	       n->seconds + x->tail + x->mean * (double)left >= j->seconds ||
	       journeyspot_place(j, n->seconds + x->mean / 2, seconds) >=
		   (double)via->place;
}

static void add_next(struct search *x, struct node to)
{
	to.gain -= too_soon(x, to.track);
	MEM_ROOM(x->next, x->nnext + 1, x->next_cap);
	x->next[x->nnext++] = to;
}

static int go_on(struct search *x, uint32_t node, struct err *err)
{
	const struct journey *j = x->j;
	struct slot *s = slot_at(x, x->nodes[node].seconds);
	size_t met = 0;

	take_up(x, node);
	if (is_due(x, &x->nodes[node])) {
		struct node to =
		    longer(x, node, j->via[x->nodes[node].vias].track);

		to.vias++;
		add_next(x, to);
		return 0;
	}
	for (bool again = true; again;) {
		for (size_t i = 0; i < s->found.count && met < BRANCHES; i++) {
			uint32_t track = s->found.items[i].index;
			int may = may_follow(x, track, err);

			if (may < 0)
				return -1;
			if (!may)
				continue;
			add_next(x, longer(x, node, track));
			met++;
		}
		again = !met && !s->all;
		if (again)
			fill_slot(x, (size_t)(s - x->slots), true);
	}
	return 0;
}

/* The best of next become the beam. */
static void choose(struct search *x)
{
	topk_reset(&x->chosen);
	for (size_t i = 0; i < x->nnext; i++)
		topk_offer(&x->chosen, (float)x->next[i].gain, (uint32_t)i);
	topk_sort(&x->chosen);
	x->nbeam = x->nnext = 0;
	for (size_t i = 0; i < x->chosen.count && x->nbeam < BEAM; i++) {
		const struct node *n = &x->next[x->chosen.items[i].index];
		size_t alike = 0;

		for (size_t k = 0; k < x->nbeam; k++)
			alike += x->nodes[x->beam[k]].track == n->track;
		if (alike < ALIKE)
			x->beam[x->nbeam++] = keep(x, *n);
	}
}

static int run(struct search *x, struct err *err)
{
	const struct journey *j = x->j;
	uint32_t node =
	    keep(x, (struct node){ .before = NOBODY, .track = NOBODY });

	for (size_t i = 0; i < j->nfirst && i + j->nlast < j->most; i++)
		node = keep(x, longer(x, node, j->first[i]));
	x->beam[x->nbeam++] = node;
	while (x->nbeam) {
		for (size_t i = 0; i < x->nbeam; i++) {
			weigh(x, x->beam[i]);
			if (goes_on(x, x->beam[i]) && go_on(x, x->beam[i], err))
				return -1;
		}
		choose(x);
	}
	return 0;
}

/* --- from and to the caller --- */

struct numbered {
	uint32_t artist, track;
};

static int by_artist(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	if (x->artist != y->artist)
		return x->artist < y->artist ? -1 : 1;
	return (x->track > y->track) - (x->track < y->track);
}

/* Artists get numbers from 0; returns how many there are. */
static size_t number_artists(struct search *x)
{
	const struct journey *j = x->j;
	struct numbered *all = mem_zalloc(j->count + 1, sizeof(*all));
	size_t artists = 0;

	for (uint32_t t = 0; t < j->count; t++)
		all[t] = (struct numbered){ j->tracks[t].artist, t };
	qsort(all, j->count, sizeof(*all), by_artist);
	for (size_t i = 0; i < j->count; i++) {
		if (all[i].artist == CATALOGUE_NONE) {
			x->artist[all[i].track] = NOBODY;
			continue;
		}
		artists += i && all[i].artist != all[i - 1].artist;
		x->artist[all[i].track] = (uint32_t)artists;
	}
	free(all);
	return artists + 1;
}

static void take_floors(struct search *x)
{
	const struct journey *j = x->j;

	x->floor = mem_zalloc(j->legs, sizeof(*x->floor));
	for (size_t l = 0; l < j->legs; l++) {
		float least = INFINITY;

		for (size_t t = 0; t < j->count; t++)
			least = fminf(least, j->relevance[l * j->count + t]);
		x->floor[l] = isfinite(least) ? j->tuning.floor * least : 0;
	}
}

static void set_up(struct search *x, const struct journey *j)
{
	double sum = 0;

	*x = (struct search){ .j = j, .best = NOBODY };
	for (size_t t = 0; t < j->count; t++)
		sum += (double)j->tracks[t].seconds;
	x->mean = sum / (double)j->count;
	for (size_t i = 0; i < j->nlast; i++)
		x->tail += (double)j->tracks[j->last[i]].seconds;
	x->nslots = (size_t)fmin(SLOTS, 1 + 2 * j->seconds / x->mean);
	x->slots = mem_zalloc(x->nslots, sizeof(*x->slots));
	x->used = mem_zalloc(j->count, sizeof(*x->used));
	x->artist = mem_zalloc(j->count, sizeof(*x->artist));
	x->follow = mem_zalloc(j->count, sizeof(*x->follow));
	x->presence = mem_zalloc(number_artists(x), sizeof(*x->presence));
	x->step = journeystep_new(j);
	take_floors(x);
	topk_init(&x->chosen, BEAM * ALIKE);
}

static void release(struct search *x)
{
	for (size_t i = 0; i < x->nslots; i++)
		topk_release(&x->slots[i].found);
	topk_release(&x->chosen);
	free(x->slots);
	free(x->floor);
	free(x->nodes);
	free(x->next);
	free(x->used);
	free(x->artist);
	free(x->follow);
	free(x->presence);
	journeystep_free(x->step);
}

size_t journey_find(const struct journey *j, uint32_t *order, struct err *err)
{
	struct search x;
	size_t n = 0;

	if (!j->count || !j->most)
		return 0;
	set_up(&x, j);
	if (run(&x, err)) {
		n = SIZE_MAX;
	} else if (x.best != NOBODY) {
		size_t at = x.nodes[x.best].tracks;

		n = at;
		for (uint32_t i = x.best; at; i = x.nodes[i].before)
			order[--at] = x.nodes[i].track;
		for (size_t i = 0; i < j->nlast && n < j->most; i++)
			order[n++] = j->last[i];
	}
	release(&x);
	return n;
}
