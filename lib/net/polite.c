/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/polite.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"

struct polite_host {
	struct polite_item *head, *tail;
	double next; /* when another may start */
	int running, failures;
	enum polite_outcome last;
	bool given_up;
};

struct polite {
	double interval;
	int per_host;
	struct table names; /* host to index + 1 in hosts */
	struct polite_host **hosts;
	size_t count, cap;
	struct polite_host **waiting; /* hosts with queued items */
	size_t nwaiting, waiting_cap, turn;
	size_t lost; /* of them, given up */
};

struct polite *polite_new(double rate, int per_host)
{
	struct polite *p = mem_zalloc(1, sizeof(*p));

	p->interval = rate > 0 ? 1 / rate : 0;
	p->per_host = per_host;
	return p;
}

void polite_free(struct polite *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->count; i++)
		free(p->hosts[i]);
	free(p->hosts);
	free(p->waiting);
	table_release(&p->names);
	free(p);
}

static struct polite_host *find_host(struct polite *p, struct span name)
{
	uint64_t *place = table_put(&p->names, name);

	if (!*place) {
		MEM_ROOM(p->hosts, p->count + 1, p->cap);
		p->hosts[p->count] = mem_zalloc(1, sizeof(**p->hosts));
		*place = ++p->count;
	}
	return p->hosts[*place - 1];
}

void polite_add(struct polite *p, struct span host, struct polite_item *item,
		bool first)
{
	struct polite_host *h = find_host(p, host);

	item->host = h;
	if (!h->head) {
		MEM_ROOM(p->waiting, p->nwaiting + 1, p->waiting_cap);
		p->waiting[p->nwaiting++] = h;
		p->lost += h->given_up;
	}
	item->next = first ? h->head : NULL;
	if (first || !h->head)
		h->head = item;
	else
		h->tail->next = item;
	if (!item->next)
		h->tail = item;
}

/* Takes the first item of p->waiting[i]. */
static struct polite_item *pop(struct polite *p, size_t i)
{
	struct polite_host *h = p->waiting[i];
	struct polite_item *item = h->head;

	h->head = item->next;
	item->next = NULL;
	if (!h->head) {
		h->tail = NULL;
		p->waiting[i] = p->waiting[--p->nwaiting];
		p->lost -= h->given_up;
	}
	return item;
}

struct polite_item *polite_take(struct polite *p, double now, double *wait)
{
	*wait = INFINITY;
	for (size_t k = 0; k < p->nwaiting; k++) {
		size_t i = (p->turn + k) % p->nwaiting;
		struct polite_host *h = p->waiting[i];

		if (h->given_up || h->running >= p->per_host)
			continue;
		if (h->next > now) {
			*wait = fmin(*wait, h->next - now);
			continue;
		}
		h->running++;
		h->next = now + p->interval;
		p->turn = i + 1;
		return pop(p, i);
	}
	return NULL;
}

void polite_done(struct polite *p, struct polite_item *item,
		 enum polite_outcome outcome)
{
	struct polite_host *h = item->host;

	h->running--;
	if (h->given_up)
		return;
	h->last = outcome;
	if (outcome == POLITE_FINE) {
		h->failures = 0;
	} else if (++h->failures >= POLITE_TRIP) {
		h->given_up = true;
		p->lost += h->head != NULL;
	}
}

struct polite_item *polite_lost(struct polite *p, enum polite_outcome *why)
{
	for (size_t i = 0; p->lost && i < p->nwaiting; i++)
		if (p->waiting[i]->given_up) {
			*why = p->waiting[i]->last;
			return pop(p, i);
		}
	return NULL;
}

struct polite_item *polite_drain(struct polite *p)
{
	return p->nwaiting ? pop(p, p->nwaiting - 1) : NULL;
}
