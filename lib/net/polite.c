/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/polite.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#define IDLE_MOST 16384 /* hosts without items that are remembered */

enum place {
	READY,   /* may start an item */
	BLOCKED, /* has as many under way as it may */
	LOST,    /* given up, with items */
	IDLE,    /* has no items; oldest first */
	LISTS,
	ASLEEP, /* in the heap, by when it may start one */
	NOWHERE,
};

struct polite_host {
	struct polite_host *chain; /* of its bucket */
	struct polite_host *before, *after;
	struct polite_item *head, *tail;
	uint64_t hash;
	double next, pause; /* nothing starts earlier: the rate, trouble */
	double since;       /* the trouble */
	size_t heap_at;
	int running, alone;
	int failures, rounds; /* in a row; pauses so far */
	enum place place;
	enum polite_outcome last;
	bool careful; /* in trouble: one at a time */
	bool given_up;
	size_t name_n;
	char name[];
};

struct list {
	struct polite_host *first, *last;
	size_t count;
};

struct polite {
	double interval, patience;
	int per_host;
	struct polite_host **buckets; /* [nbuckets], a power of two */
	size_t nbuckets, count;
	struct list lists[LISTS];
	struct polite_host **heap; /* [nheap] */
	size_t nheap, heap_cap;
};

struct polite *polite_new(double rate, int per_host, double patience)
{
	struct polite *p = mem_zalloc(1, sizeof(*p));

	p->interval = rate > 0 ? 1 / rate : 0;
	p->per_host = per_host;
	p->patience = patience;
	p->nbuckets = 64;
	p->buckets = mem_zalloc(p->nbuckets, sizeof(*p->buckets));
	return p;
}

void polite_free(struct polite *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->nbuckets; i++)
		for (struct polite_host *h = p->buckets[i], *next; h;
		     h = next) {
			next = h->chain;
			free(h);
		}
	free(p->buckets);
	free(p->heap);
	free(p);
}

static double ready_at(const struct polite_host *h)
{
	return fmax(h->next, h->pause);
}

/* The heap of those asleep. */

static void heap_put(struct polite *p, size_t i, struct polite_host *h)
{
	p->heap[i] = h;
	h->heap_at = i;
}

static void heap_sift(struct polite *p, size_t i)
{
	struct polite_host *h = p->heap[i];

	while (i > 0 && ready_at(h) < ready_at(p->heap[(i - 1) / 2])) {
		heap_put(p, i, p->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	for (size_t k; (k = 2 * i + 1) < p->nheap; i = k) {
		if (k + 1 < p->nheap &&
		    ready_at(p->heap[k + 1]) < ready_at(p->heap[k]))
			k++;
		if (ready_at(h) <= ready_at(p->heap[k]))
			break;
		heap_put(p, i, p->heap[k]);
	}
	heap_put(p, i, h);
}

static void heap_take(struct polite *p, size_t i)
{
	struct polite_host *last = p->heap[--p->nheap];

	if (i < p->nheap) {
		heap_put(p, i, last);
		heap_sift(p, i);
	}
}

/* Places */

static void leave(struct polite *p, struct polite_host *h)
{
	struct list *l = h->place < LISTS ? &p->lists[h->place] : NULL;

	if (h->place == ASLEEP)
		heap_take(p, h->heap_at);
	h->place = NOWHERE;
	if (!l)
		return;
	*(h->before ? &h->before->after : &l->first) = h->after;
	*(h->after ? &h->after->before : &l->last) = h->before;
	l->count--;
}

static void forget(struct polite *p, struct polite_host *h)
{
	struct polite_host **at = &p->buckets[h->hash & (p->nbuckets - 1)];

	leave(p, h);
	while (*at != h)
		at = &(*at)->chain;
	*at = h->chain;
	p->count--;
	free(h);
}

static enum place place_of(const struct polite *p, const struct polite_host *h,
			   double now)
{
	if (!h->head)
		return h->running ? BLOCKED : IDLE;
	if (h->given_up)
		return LOST;
	if (h->running >= (h->careful ? 1 : p->per_host) ||
	    (h->alone && (h->running || !h->head->alone)))
		return BLOCKED;
	return ready_at(h) > now ? ASLEEP : READY;
}

static void append(struct polite *p, struct polite_host *h, enum place place)
{
	struct list *l = &p->lists[place];

	h->place = place;
	h->before = l->last;
	h->after = NULL;
	*(l->last ? &l->last->after : &l->first) = h;
	l->last = h;
	l->count++;
}

/* Two at a time where one comes: those that must wait do not keep the others
 * in memory. */
static void forget_some(struct polite *p, double now)
{
	for (int i = 0; i < 2 && p->lists[IDLE].count > IDLE_MOST; i++) {
		struct polite_host *h = p->lists[IDLE].first;

		if (ready_at(h) <= now) {
			forget(p, h);
		} else {
			leave(p, h);
			append(p, h, IDLE);
		}
	}
}

/* Puts h where it belongs by now, last of its list. */
static void settle(struct polite *p, struct polite_host *h, double now)
{
	enum place place = place_of(p, h, now);

	if (place == h->place && place != READY && place != ASLEEP)
		return;
	leave(p, h);
	h->place = place;
	if (place == ASLEEP) {
		MEM_ROOM(p->heap, p->nheap + 1, p->heap_cap);
		heap_put(p, p->nheap++, h);
		heap_sift(p, h->heap_at);
		return;
	}
	append(p, h, place);
	if (place == IDLE)
		forget_some(p, now);
}

/* Hosts */

static void grow(struct polite *p)
{
	size_t n = p->nbuckets * 2;
	struct polite_host **b = mem_zalloc(n, sizeof(*b));

	for (size_t i = 0; i < p->nbuckets; i++)
		for (struct polite_host *h = p->buckets[i], *next; h;
		     h = next) {
			next = h->chain;
			h->chain = b[h->hash & (n - 1)];
			b[h->hash & (n - 1)] = h;
		}
	free(p->buckets);
	p->buckets = b;
	p->nbuckets = n;
}

static struct polite_host *find_host(struct polite *p, struct span name)
{
	uint64_t hash = hash_mix(name.p, name.n);
	struct polite_host *h = p->buckets[hash & (p->nbuckets - 1)];

	while (h && (h->hash != hash ||
		     !span_eq((struct span){ h->name, h->name_n }, name)))
		h = h->chain;
	if (h)
		return h;
	if (p->count >= p->nbuckets)
		grow(p);
	h = mem_zalloc(1, sizeof(*h) + name.n + 1);
	memcpy(h->name, name.p, name.n);
	h->name_n = name.n;
	h->hash = hash;
	h->place = NOWHERE;
	h->chain = p->buckets[hash & (p->nbuckets - 1)];
	p->buckets[hash & (p->nbuckets - 1)] = h;
	p->count++;
	return h;
}

void polite_add(struct polite *p, struct span host, struct polite_item *item,
		bool first, double now)
{
	struct polite_host *h = find_host(p, host);
	struct polite_item **at;

	item->host = h;
	at = first || item->alone || !h->tail ? &h->head : &h->tail->next;
	while (*at && (*at)->alone) /* these stay before all others */
		at = &(*at)->next;
	item->next = *at;
	*at = item;
	if (!item->next)
		h->tail = item;
	h->alone += item->alone;
	if (h->place != READY)
		settle(p, h, now);
}

static struct polite_item *pop(struct polite_host *h)
{
	struct polite_item *item = h->head;

	h->head = item->next;
	item->next = NULL;
	if (!h->head)
		h->tail = NULL;
	return item;
}

struct polite_item *polite_take(struct polite *p, double now, double *wait)
{
	struct polite_host *h;
	struct polite_item *item;

	while (p->nheap && ready_at(p->heap[0]) <= now)
		settle(p, p->heap[0], now);
	h = p->lists[READY].first;
	/* What an item that wants to be alone has made of it since. */
	while (h && place_of(p, h, now) != READY) {
		settle(p, h, now);
		h = p->lists[READY].first;
	}
	*wait = p->nheap ? ready_at(p->heap[0]) - now : INFINITY;
	if (!h)
		return NULL;
	item = pop(h);
	h->running++;
	h->next = now + p->interval;
	settle(p, h, now);
	return item;
}

/* 0 to 1, of the host's name and the attempt. */
static double jitter(const struct polite_host *h)
{
	uint64_t key[2] = { h->hash, (uint64_t)h->rounds };

	return (double)(hash_mix(key, sizeof(key)) >> 11) * 0x1p-53;
}

/* Leaves h alone for a while, or for good. */
static void spare(struct polite *p, struct polite_host *h, double base,
		  double retry_after, double now)
{
	double wait = ldexp(base, h->rounds < 30 ? h->rounds : 30);
	double until;

	wait *= 1 - 0.25 * jitter(h);
	if (wait < retry_after)
		wait = retry_after * (1 + 0.02 * jitter(h));
	until = now + wait;
	if (h->careful && now < h->pause) {
		/* An answer to what was asked before the pause began. */
		h->pause = fmax(h->pause, retry_after > 0 ? until : 0);
	} else {
		if (!h->careful)
			h->since = now;
		h->careful = true;
		h->rounds++;
		h->pause = until;
	}
	h->given_up = h->pause > h->since + p->patience;
}

bool polite_done(struct polite *p, struct polite_item *item,
		 enum polite_outcome outcome, double retry_after, double now)
{
	struct polite_host *h = item->host;

	h->running--;
	h->alone -= item->alone;
	if (!h->given_up) {
		h->last = outcome;
		if (outcome == POLITE_FINE) {
			h->failures = h->rounds = 0;
			h->careful = false;
		} else if (++h->failures >= POLITE_TRIP || h->careful ||
			   (outcome == POLITE_BUSY && p->patience > 0)) {
			spare(p, h,
			      outcome == POLITE_BUSY ? 1 : p->patience / 4,
			      retry_after, now);
		}
	}
	settle(p, h, now);
	return !h->given_up;
}

struct polite_item *polite_lost(struct polite *p, double now,
				enum polite_outcome *why, double *wait)
{
	struct polite_host *h = p->lists[LOST].first;
	struct polite_item *item;

	if (!h)
		return NULL;
	*why = h->last;
	*wait = fmax(h->pause - now, 0);
	item = pop(h);
	h->alone -= item->alone;
	settle(p, h, now);
	return item;
}

struct polite_item *polite_drain(struct polite *p)
{
	struct polite_host *h = p->nheap ? p->heap[0] : NULL;
	struct polite_item *item;

	for (int i = 0; i < IDLE && !h; i++)
		for (h = p->lists[i].first; h && !h->head; h = h->after)
			;
	if (!h)
		return NULL;
	item = pop(h);
	h->alone -= item->alone;
	if (!h->head)
		settle(p, h, ready_at(h));
	return item;
}

size_t polite_hosts(const struct polite *p)
{
	return p->count;
}
