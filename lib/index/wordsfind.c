/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The best rows of what was looked up: words.h. */
#include <stdlib.h>

#include "index/wordswork.h"

enum { LONGER = 4 }; /* times: widen() */

/* The lists of a query, as one window sees them. */
struct search {
	struct words_work *w;
	const uint8_t *allowed;
	uint32_t rows, base, end; /* the window */
	struct words_sought *scoring[WORDS_CLAUSES_MAX];
	uint32_t bound[WORDS_CLAUSES_MAX]; /* what it can add in the window */
	size_t n, required; /* scoring[0..required) are required */
	struct words_sought *excluded[WORDS_CLAUSES_MAX];
	size_t nexcluded;
};

/* The score from which on a row further down is among the best. */
static uint32_t needed(const struct search *s)
{
	return words_best_needed(&s->w->found);
}

/* --- candidates of a window --- */

static bool lets(const struct search *s, uint32_t row)
{
	return !s->allowed || s->allowed[row];
}

static void candidate(struct search *s, uint32_t at, uint32_t score)
{
	struct words_candidates *c = &s->w->candidates;

	c->at[c->count] = (uint16_t)at;
	c->score[c->count++] = score;
}

/* Calls for every stretch of a list's rows within the window: row[from..to). */
static bool stretch(struct words_list *l, const struct search *s,
		    uint32_t *from, uint32_t *to)
{
	for (;;) {
		uint32_t i, n;

		if (words_list_ended(l) || l->next >= s->end ||
		    !words_list_load(l))
			return false;
		i = l->i;
		n = l->n;
		while (i < n && l->row[i] < s->base)
			i++;
		*from = i;
		if (l->at.last < s->end)
			i = n;
		while (i < n && l->row[i] < s->end)
			i++;
		*to = l->i = i;
		if (i > *from)
			return true;
		if (i < n || !words_list_advance(l))
			return false;
	}
}

/* Of one list: its rows are the candidates. */
static void from_one(struct search *s, const struct words_sought *x,
		     uint32_t least)
{
	uint32_t i, to;

	while (stretch(x->list, s, &i, &to))
		for (; i < to; i++) {
			uint32_t score = x->weight * x->list->code[i];
			uint32_t row = x->list->row[i];

			if (score >= least && lets(s, row))
				candidate(s, row - s->base, score);
		}
}

static void add(struct search *s, const struct words_sought *x)
{
	uint32_t i, to;

	while (stretch(x->list, s, &i, &to))
		for (; i < to; i++)
			words_sums_add(&s->w->sums, x->list->row[i] - s->base,
				       x->weight * x->list->code[i]);
}

/* Those of the sums that reach `least` and are let through. */
static void from_sums(struct search *s, uint32_t least)
{
	struct words_candidates *c = &s->w->candidates;
	size_t n = 0;

	words_sums_take(&s->w->sums, least, c);
	if (!s->allowed)
		return;
	for (size_t i = 0; i < c->count; i++) {
		c->at[n] = c->at[i];
		c->score[n] = c->score[i];
		n += s->allowed[s->base + c->at[i]] != 0;
	}
	c->count = n;
}

/* Candidates gain what a list adds; those that can no longer reach what is
 * needed with `rest` more, or lack what is required, go. */
static void refine(struct search *s, const struct words_sought *x,
		   uint32_t least, uint32_t rest)
{
	struct words_candidates *c = &s->w->candidates;
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++) {
		uint32_t row = s->base + c->at[i], score = c->score[i];

		if (words_list_find(x->list, row))
			score += x->weight * x->list->code[x->list->i];
		else if (x->need == WORDS_REQUIRED)
			continue;
		if ((uint64_t)score + rest < least)
			continue;
		c->at[kept] = c->at[i];
		c->score[kept++] = score;
	}
	c->count = kept;
}

static void settle(struct search *s)
{
	const struct words_candidates *c = &s->w->candidates;

	for (size_t i = 0; i < c->count; i++) {
		uint32_t row = s->base + c->at[i];
		size_t x = 0;

		if (c->score[i] < needed(s))
			continue;
		while (x < s->nexcluded &&
		       !words_list_find(s->excluded[x]->list, row))
			x++;
		if (x == s->nexcluded)
			words_best_offer(&s->w->found, c->score[i], row);
	}
}

/* --- windows --- */

/* Bounds of the window; false: nothing in it can be among the best. */
static bool bound(struct search *s)
{
	uint64_t all = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct words_sought *x = s->scoring[i];

		s->bound[i] = 0;
		if (words_list_to(x->list, s->base))
			s->bound[i] =
			    x->weight * words_list_best(x->list, s->end);
		if (i < s->required && !s->bound[i])
			return false;
		all += s->bound[i];
	}
	return all >= needed(s) && all;
}

/* By bound, the largest first; required ones stay before the others, the rarest
 * first. */
static void order(struct search *s)
{
	for (size_t i = s->required + 1; i < s->n; i++) {
		struct words_sought *x = s->scoring[i];
		uint32_t b = s->bound[i];
		size_t j = i;

		for (; j > s->required && s->bound[j - 1] < b; j--) {
			s->scoring[j] = s->scoring[j - 1];
			s->bound[j] = s->bound[j - 1];
		}
		s->scoring[j] = x;
		s->bound[j] = b;
	}
}

/* How many lists, from the first on, give candidates: a row that is in none of
 * them cannot reach what is needed. *rest: what the others can add. */
static size_t essential(const struct search *s, uint32_t least, uint64_t *rest)
{
	size_t n = s->n;

	*rest = 0;
	if (s->required) {
		for (size_t i = 1; i < n; i++)
			*rest += s->bound[i];
		return 1;
	}
	while (n > 1 && *rest + s->bound[n - 1] < least)
		*rest += s->bound[--n];
	return n;
}

/* Rows of a list in a window, about. */
static uint64_t usual(const struct search *s, size_t i)
{
	return (uint64_t)s->scoring[i]->list->count * WORDS_WINDOW / s->rows;
}

/* To add up a list costs less than to look for that many candidates in it, and
 * what is added up is no longer a guess: more lists than must do give
 * candidates, as long as they are not much longer than those before them. */
static size_t widen(const struct search *s, size_t first, uint64_t *rest)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < first; i++)
		rows += usual(s, i);
	while (first < s->n && usual(s, first) <= LONGER * rows) {
		*rest -= s->bound[first];
		rows += usual(s, first++);
	}
	return first;
}

/* How many rows of the window are let through, as far as FEW and one more. */
#define FEW 96u
static uint32_t count_allowed(const struct search *s)
{
	uint32_t n = 0;

	for (uint32_t at = s->base; at < s->end && n <= FEW; at += 8) {
		uint64_t eight = 1;

		if (at + 8 <= s->end)
			memcpy(&eight, s->allowed + at, 8);
		for (uint32_t i = at; eight && i < at + 8 && i < s->end; i++)
			n += s->allowed[i] != 0;
	}
	return n;
}

/* The candidates are the few rows that are let through. */
static void from_allowed(struct search *s)
{
	for (uint32_t at = s->base; at < s->end; at++)
		if (s->allowed[at])
			candidate(s, at - s->base, 0);
}

static void window(struct search *s)
{
	uint32_t least, allowed;
	uint64_t rest, from;
	size_t first;

	if (!bound(s))
		return;
	allowed = s->allowed ? count_allowed(s) : FEW + 1;
	if (!allowed)
		return;
	order(s);
	least = needed(s);
	first = essential(s, least, &rest);
	if (first > 1)
		first = widen(s, first, &rest);
	from = least > rest ? least - rest : 1;
	s->w->candidates.count = 0;
	if (allowed <= FEW) {
		while (first)
			rest += s->bound[--first];
		from_allowed(s);
	} else if (first == 1) {
		from_one(s, s->scoring[0], (uint32_t)from);
	} else {
		for (size_t i = 0; i < first; i++)
			add(s, s->scoring[i]);
		from_sums(s, (uint32_t)from);
	}
	for (size_t i = first; i < s->n && s->w->candidates.count; i++) {
		rest -= s->bound[i];
		refine(s, s->scoring[i], least, (uint32_t)rest);
	}
	settle(s);
}

/* The first window that has something: its number; false: there is none. */
static bool next_window(struct search *s, uint32_t base)
{
	uint32_t next = UINT32_MAX;

	for (size_t i = 0; i < s->n; i++) {
		struct words_list *l = s->scoring[i]->list;

		if (!words_list_to(l, base)) {
			if (i < s->required)
				return false;
			continue;
		}
		if (i < s->required ? next == UINT32_MAX || l->next > next
				    : !s->required && l->next < next)
			next = l->next;
	}
	if (next >= s->rows)
		return false;
	if (next > base)
		base = next - next % WORDS_WINDOW;
	s->base = base;
	s->end = s->rows - base > WORDS_WINDOW ? base + WORDS_WINDOW : s->rows;
	return true;
}

static int rarer(const void *a, const void *b)
{
	const struct words_sought *x = *(struct words_sought *const *)a,
				  *y = *(struct words_sought *const *)b;
	bool p = x->need == WORDS_REQUIRED, q = y->need == WORDS_REQUIRED;

	if (p != q)
		return p ? -1 : 1;
	if (x->list->count != y->list->count)
		return x->list->count < y->list->count ? -1 : 1;
	return (x->clause > y->clause) - (x->clause < y->clause);
}

static void line_up(struct search *s)
{
	struct words_work *w = s->w;

	for (size_t i = 0; i < w->count; i++) {
		struct words_sought *x = &w->sought[i];

		words_list_rewind(x->list);
		if (x->need == WORDS_EXCLUDED)
			s->excluded[s->nexcluded++] = x;
		else
			s->scoring[s->n++] = x;
		s->required += x->need == WORDS_REQUIRED;
	}
	qsort(s->scoring, s->n, sizeof(s->scoring[0]), rarer);
}

size_t words_find(const struct words_view *v, struct words_work *w,
		  const uint8_t *allowed, const struct words_cap *cap, size_t k,
		  struct topk_item *out)
{
	struct search s = { .w = w,
			    .allowed = allowed,
			    .rows = (uint32_t)v->rows };
	bool more;

	line_up(&s);
	if (!k || !s.n || w->nothing)
		return 0;
	words_best_start(&w->found, k, cap);
	for (more = next_window(&s, 0); more;
	     more = s.end < s.rows && next_window(&s, s.end))
		window(&s);
	return words_best_take(&w->found, out);
}
