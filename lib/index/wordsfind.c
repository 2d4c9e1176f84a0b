/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The best rows of what was looked up: words.h. */
#include <stdlib.h>

#include "base/mem.h"
#include "index/wordswork.h"

/* The lists of a query, as one window sees them. */
struct search {
	struct words_work *w;
	const uint8_t *allowed;
	uint32_t rows, base, end; /* the window */
	size_t k;
	struct words_sought *scoring[WORDS_CLAUSES_MAX];
	uint32_t bound[WORDS_CLAUSES_MAX]; /* what it can add in the window */
	size_t n, required; /* scoring[0..required) are required */
	struct words_sought *excluded[WORDS_CLAUSES_MAX];
	size_t nexcluded;
};

/* --- the best so far --- */

static void sift(uint64_t *heap, size_t n, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1, least = i;
		uint64_t t = heap[i];

		if (child < n && heap[child] < heap[least])
			least = child;
		if (child + 1 < n && heap[child + 1] < heap[least])
			least = child + 1;
		if (least == i)
			return;
		heap[i] = heap[least];
		heap[least] = t;
		i = least;
	}
}

/* The score from which on a row further down is among the best. */
static uint32_t needed(const struct search *s)
{
	if (s->w->heap_n < s->k)
		return 1;
	return (uint32_t)(s->w->heap[0] >> 32) + 1;
}

static void keep(struct search *s, uint32_t score, uint32_t row)
{
	struct words_work *w = s->w;
	uint64_t item = (uint64_t)score << 32 | (UINT32_MAX - row);

	if (w->heap_n < s->k) {
		MEM_ROOM(w->heap, w->heap_n + 1, w->heap_cap);
		w->heap[w->heap_n++] = item;
		if (w->heap_n == s->k)
			for (size_t i = s->k / 2; i--;)
				sift(w->heap, s->k, i);
	} else if (item > w->heap[0]) {
		w->heap[0] = item;
		sift(w->heap, s->k, 0);
	}
}

static int descending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? 1 : -(x > y);
}

/* --- candidates of a window --- */

static bool lets(const struct search *s, uint32_t row)
{
	return !s->allowed || s->allowed[row];
}

static void candidate(struct search *s, uint32_t at, uint32_t score)
{
	s->w->candidate[s->w->candidates] = (uint16_t)at;
	s->w->score[s->w->candidates++] = score;
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
	uint32_t *sum = s->w->sum, i, to;
	uint8_t *dirty = s->w->dirty;

	while (stretch(x->list, s, &i, &to)) {
		const uint32_t *row = x->list->row;
		const uint8_t *code = x->list->code;

		for (; i < to; i++) {
			uint32_t at = row[i] - s->base;

			sum[at] += x->weight * code[i];
			dirty[at / 64] = 1;
		}
	}
}

/* Those of the sums that reach `least`; the sums are zeros again. */
static void from_sums(struct search *s, uint32_t least)
{
	struct words_work *w = s->w;

	for (uint32_t g = 0; g < WORDS_WINDOW / 64; g++) {
		uint32_t *sum = w->sum + 64 * (size_t)g;

		if (!w->dirty[g])
			continue;
		for (uint32_t part = 0; part < 64; part += 16) {
			uint32_t any = 0;

			for (uint32_t i = part; i < part + 16; i++)
				any |= sum[i] >= least;
			for (uint32_t i = part; any && i < part + 16; i++)
				if (sum[i] >= least &&
				    lets(s, s->base + 64 * g + i))
					candidate(s, 64 * g + i, sum[i]);
		}
		memset(sum, 0, 64 * sizeof(*sum));
		w->dirty[g] = 0;
	}
}

/* Candidates gain what a list adds; those that can no longer reach what is
 * needed with `rest` more, or lack what is required, go. */
static void refine(struct search *s, const struct words_sought *x,
		   uint32_t least, uint32_t rest)
{
	struct words_work *w = s->w;
	size_t kept = 0;

	for (size_t i = 0; i < w->candidates; i++) {
		uint32_t row = s->base + w->candidate[i], score = w->score[i];

		if (words_list_find(x->list, row))
			score += x->weight * x->list->code[x->list->i];
		else if (x->need == WORDS_REQUIRED)
			continue;
		if ((uint64_t)score + rest < least)
			continue;
		w->candidate[kept] = w->candidate[i];
		w->score[kept++] = score;
	}
	w->candidates = kept;
}

static void settle(struct search *s)
{
	struct words_work *w = s->w;

	for (size_t i = 0; i < w->candidates; i++) {
		uint32_t row = s->base + w->candidate[i];
		size_t x = 0;

		if (w->score[i] < needed(s))
			continue;
		while (x < s->nexcluded &&
		       !words_list_find(s->excluded[x]->list, row))
			x++;
		if (x == s->nexcluded)
			keep(s, w->score[i], row);
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
	from = least > rest ? least - rest : 1;
	s->w->candidates = 0;
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
	for (size_t i = first; i < s->n && s->w->candidates; i++) {
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
		  const uint8_t *allowed, size_t k, struct topk_item *out)
{
	struct search s = {
		.w = w, .allowed = allowed, .rows = (uint32_t)v->rows, .k = k
	};
	bool more;

	w->heap_n = 0;
	line_up(&s);
	if (!k || !s.n || w->nothing)
		return 0;
	for (more = next_window(&s, 0); more;
	     more = s.end < s.rows && next_window(&s, s.end))
		window(&s);
	if (w->heap_n)
		qsort(w->heap, w->heap_n, sizeof(*w->heap), descending);
	for (size_t i = 0; i < w->heap_n; i++)
		out[i] = (struct topk_item){
			.score = (float)(w->heap[i] >> 32) / 65536,
			.index = UINT32_MAX - (uint32_t)w->heap[i],
		};
	return w->heap_n;
}
