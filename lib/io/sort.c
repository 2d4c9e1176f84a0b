/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/sort.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "io/scratch.h"

#define FAN_IN 64    /* runs merged at once; more are merged in rounds */
#define RUNS_MAX 512 /* open at a time; descriptors are scarce */

/* In memory and on disk an item is {u32 key bytes, u32 data bytes, key, data};
 * in memory a reference holds its first 8 key bytes for quick comparing. */
struct item {
	uint64_t prefix;
	size_t at;
};

struct run {
	FILE *f;
	struct str item; /* current, as on disk */
	bool ended;
};

struct sort {
	size_t memory;
	struct str bytes;
	struct item *items;
	size_t count, cap, next;
	struct run *runs;
	size_t nruns, runs_cap;
	size_t *heap, nheap; /* run numbers, smallest key first */
	bool reading;
};

struct sort *sort_new(size_t memory)
{
	struct sort *s = mem_zalloc(1, sizeof(*s));

	s->memory = memory;
	return s;
}

void sort_free(struct sort *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->nruns; i++) {
		if (s->runs[i].f)
			fclose(s->runs[i].f);
		str_release(&s->runs[i].item);
	}
	free(s->runs);
	free(s->heap);
	free(s->items);
	str_release(&s->bytes);
	free(s);
}

static uint32_t u32_at(const char *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

static struct span key_at(const char *item)
{
	return (struct span){ item + 8, u32_at(item) };
}

static struct span data_at(const char *item)
{
	return (struct span){ item + 8 + u32_at(item), u32_at(item + 4) };
}

static size_t size_at(const char *item)
{
	return 8 + (size_t)u32_at(item) + u32_at(item + 4);
}

static uint64_t prefix_of(struct span key)
{
	unsigned char b[8] = { 0 };
	uint64_t v = 0;
	int i;

	if (key.n)
		memcpy(b, key.p, key.n < 8 ? key.n : 8);
	for (i = 0; i < 8; i++)
		v = v << 8 | b[i];
	return v;
}

static int compare(const void *a, const void *b, void *bytes)
{
	const struct item *x = a, *y = b;
	const char *base = bytes;
	int c;

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	c = span_cmp(key_at(base + x->at), key_at(base + y->at));
	return c ? c : (x->at > y->at) - (x->at < y->at);
}

static int spill_error(struct err *err)
{
	return err_errno(err, "cannot write temporary sort data (set TMPDIR "
			      "to a directory with room)");
}

static struct run *run_add(struct sort *s, struct err *err)
{
	FILE *f = scratch_open(err);

	if (!f)
		return NULL;
	MEM_ROOM(s->runs, s->nruns + 1, s->runs_cap);
	s->runs[s->nruns] = (struct run){ .f = f };
	return &s->runs[s->nruns++];
}

static void order(struct sort *s)
{
	if (s->count)
		qsort_r(s->items, s->count, sizeof(*s->items), compare,
			s->bytes.p);
}

static int merge_runs(struct sort *s, struct err *err);

static int spill(struct sort *s, struct err *err)
{
	struct run *r = run_add(s, err);
	size_t i;

	if (!r)
		return -1;
	order(s);
	for (i = 0; i < s->count; i++) {
		const char *item = s->bytes.p + s->items[i].at;

		if (fwrite(item, 1, size_at(item), r->f) != size_at(item))
			return spill_error(err);
	}
	if (fflush(r->f))
		return spill_error(err);
	rewind(r->f);
	s->count = 0;
	s->bytes.n = 0;
	return s->nruns < RUNS_MAX ? 0 : merge_runs(s, err);
}

int sort_put(struct sort *s, struct span key, struct span data, struct err *err)
{
	uint32_t sizes[2] = { (uint32_t)key.n, (uint32_t)data.n };

	if (key.n > UINT32_MAX || data.n > UINT32_MAX)
		return err_set(err, ERR_DATA, "too-large",
			       "an item of 4 GiB cannot be sorted");
	if (s->count &&
	    s->bytes.n + key.n + data.n + 8 +
		    (s->count + 1) * sizeof(*s->items) >
		s->memory / 2 &&
	    spill(s, err))
		return -1;
	MEM_ROOM(s->items, s->count + 1, s->cap);
	s->items[s->count++] = (struct item){ prefix_of(key), s->bytes.n };
	str_put(&s->bytes, sizes, sizeof(sizes));
	str_span(&s->bytes, key);
	str_span(&s->bytes, data);
	return 0;
}

/* --- merging --- */

static int advance(struct run *r, struct err *err)
{
	char sizes[8];
	size_t rest;

	r->item.n = 0;
	if (fread(sizes, 1, 8, r->f) != 8) {
		r->ended = true;
		return ferror(r->f) ? err_errno(err, "cannot read back "
						     "temporary sort data")
				    : 0;
	}
	str_put(&r->item, sizes, 8);
	rest = size_at(sizes) - 8;
	str_reserve(&r->item, rest);
	if (fread(r->item.p + 8, 1, rest, r->f) != rest)
		return err_set(err, ERR_ENV, "io",
			       "temporary sort data ends early");
	r->item.n += rest;
	return 0;
}

/* Earlier runs hold what was put earlier: they win ties. */
static bool before(const struct sort *s, size_t a, size_t b)
{
	int c = span_cmp(key_at(s->runs[a].item.p), key_at(s->runs[b].item.p));

	return c ? c < 0 : a < b;
}

static void sift(struct sort *s, size_t i)
{
	for (;;) {
		size_t l = 2 * i + 1, m = i, t;

		if (l < s->nheap && before(s, s->heap[l], s->heap[m]))
			m = l;
		if (l + 1 < s->nheap && before(s, s->heap[l + 1], s->heap[m]))
			m = l + 1;
		if (m == i)
			return;
		t = s->heap[i];
		s->heap[i] = s->heap[m];
		s->heap[m] = t;
		i = m;
	}
}

static int heap_start(struct sort *s, size_t first, size_t n, struct err *err)
{
	size_t i;

	s->nheap = 0;
	s->heap = mem_resize(s->heap, n, sizeof(*s->heap));
	for (i = first; i < first + n; i++) {
		if (advance(&s->runs[i], err))
			return -1;
		if (!s->runs[i].ended)
			s->heap[s->nheap++] = i;
	}
	for (i = s->nheap / 2; i--;)
		sift(s, i);
	return 0;
}

/* Steps over the smallest item. */
static int heap_step(struct sort *s, struct err *err)
{
	struct run *r = &s->runs[s->heap[0]];

	if (advance(r, err))
		return -1;
	if (r->ended)
		s->heap[0] = s->heap[--s->nheap];
	sift(s, 0);
	return 0;
}

/* Merges n runs from the first on into one that takes their place. */
static int merge_group(struct sort *s, size_t first, size_t n, struct err *err)
{
	FILE *out;
	size_t i;

	if (heap_start(s, first, n, err) || !(out = scratch_open(err)))
		return -1;
	while (s->nheap) {
		const struct str *item = &s->runs[s->heap[0]].item;

		if (fwrite(item->p, 1, item->n, out) != item->n ||
		    heap_step(s, err)) {
			fclose(out);
			return spill_error(err);
		}
	}
	if (fflush(out)) {
		fclose(out);
		return spill_error(err);
	}
	rewind(out);
	for (i = first; i < first + n; i++) {
		fclose(s->runs[i].f);
		str_release(&s->runs[i].item);
	}
	s->runs[first] = (struct run){ .f = out };
	s->nruns -= n - 1;
	memmove(s->runs + first + 1, s->runs + first + n,
		(s->nruns - first - 1) * sizeof(*s->runs));
	return 0;
}

/* One round: each FAN_IN neighbours become one, so ties keep their order. */
static int merge_runs(struct sort *s, struct err *err)
{
	size_t i;

	for (i = 0; i < s->nruns; i++) {
		size_t n = s->nruns - i < FAN_IN ? s->nruns - i : FAN_IN;

		if (n > 1 && merge_group(s, i, n, err))
			return -1;
	}
	return 0;
}

static int start_reading(struct sort *s, struct err *err)
{
	s->reading = true;
	if (!s->nruns) {
		order(s);
		return 0;
	}
	if (s->count && spill(s, err))
		return -1;
	str_release(&s->bytes);
	free(s->items);
	s->items = NULL;
	while (s->nruns > FAN_IN)
		if (merge_runs(s, err))
			return -1;
	return heap_start(s, 0, s->nruns, err);
}

int sort_next(struct sort *s, struct span *key, struct span *data,
	      struct err *err)
{
	const char *item;

	if (!s->reading) {
		if (start_reading(s, err))
			return -1;
	} else if (s->nruns && s->nheap && heap_step(s, err)) {
		return -1;
	}
	if (s->nruns) {
		if (!s->nheap)
			return 0;
		item = s->runs[s->heap[0]].item.p;
	} else {
		if (s->next == s->count)
			return 0;
		item = s->bytes.p + s->items[s->next++].at;
	}
	*key = key_at(item);
	*data = data_at(item);
	return 1;
}
