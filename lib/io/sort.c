/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/sort.h"

#include <stdlib.h>

#include "base/mem.h"
#include "io/spool.h"

#define FAN_IN 64    /* runs merged at once; more are merged in rounds */
#define RUNS_MAX 512 /* open at a time; descriptors are scarce */
#define BUFFER_MAX (1u << 20)
#define AHEAD 8 /* items fetched while others are written */

/* In memory and on disk an item is {u32 key bytes, u32 data bytes, key, data};
 * in memory a reference holds its first 8 key bytes for quick comparing. */
struct item {
	uint64_t prefix;
	size_t at;
};

struct run {
	struct spool *bytes;
	uint64_t prefix;
	uint32_t sizes[2]; /* of the current item */
	const char *p;     /* its key and data */
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
	bool whole;          /* every key is its prefix */
	bool reading;
};

struct sort *sort_new(size_t memory)
{
	struct sort *s = mem_zalloc(1, sizeof(*s));

	s->memory = memory;
	s->whole = true;
	return s;
}

void sort_free(struct sort *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nruns; i++)
		spool_free(s->runs[i].bytes);
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

	if (key.n)
		memcpy(b, key.p, key.n < 8 ? key.n : 8);
	for (int i = 0; i < 8; i++)
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

/* By prefix, a byte at a time from the last; equal ones keep their order. */
static void radix(struct item **items, size_t n)
{
	size_t(*seen)[256] = mem_zalloc(8, sizeof(*seen));
	struct item *from = *items, *to = mem_resize(NULL, n, sizeof(*to));

	for (size_t i = 0; i < n; i++)
		for (int d = 0; d < 8; d++)
			seen[d][from[i].prefix >> 8 * d & 255]++;
	for (int d = 0; d < 8; d++) {
		size_t at = 0;
		struct item *swap = from;

		if (seen[d][from[0].prefix >> 8 * d & 255] == n)
			continue;
		for (int v = 0; v < 256; v++) {
			size_t k = seen[d][v];
			seen[d][v] = at;
			at += k;
		}
		for (size_t i = 0; i < n; i++)
			to[seen[d][from[i].prefix >> 8 * d & 255]++] = from[i];
		from = to;
		to = swap;
	}
	*items = from;
	free(to);
	free(seen);
}

static void order(struct sort *s)
{
	size_t n = s->count, end;

	if (n < 2)
		return;
	if (n < 256) {
		qsort_r(s->items, n, sizeof(*s->items), compare, s->bytes.p);
		return;
	}
	radix(&s->items, n);
	s->cap = n;
	for (size_t i = 0; !s->whole && i < n; i = end) {
		end = i + 1;
		while (end < n && s->items[end].prefix == s->items[i].prefix)
			end++;
		if (end - i > 1)
			qsort_r(s->items + i, end - i, sizeof(*s->items),
				compare, s->bytes.p);
	}
}

static struct run *run_add(struct sort *s)
{
	MEM_ROOM(s->runs, s->nruns + 1, s->runs_cap);
	s->runs[s->nruns] = (struct run){ .bytes = spool_new(BUFFER_MAX) };
	return &s->runs[s->nruns++];
}

static int merge_runs(struct sort *s, struct err *err);

static int spill(struct sort *s, struct err *err)
{
	struct spool *out = run_add(s)->bytes;

	order(s);
	for (size_t i = 0; i < s->count; i++) {
		const char *item = s->bytes.p + s->items[i].at;

		if (i + AHEAD < s->count)
			__builtin_prefetch(s->bytes.p + s->items[i + AHEAD].at);
		if (spool_put(out, item, size_at(item), err))
			return -1;
	}
	if (spool_park(out, err))
		return -1;
	s->count = 0;
	s->bytes.n = 0;
	return s->nruns < RUNS_MAX ? 0 : merge_runs(s, err);
}

int sort_put(struct sort *s, struct span key, struct span data, struct err *err)
{
	return sort_put2(s, key, data, (struct span){ 0 }, err);
}

int sort_put2(struct sort *s, struct span key, struct span a, struct span b,
	      struct err *err)
{
	uint32_t sizes[2] = { (uint32_t)key.n, (uint32_t)(a.n + b.n) };
	size_t n = 8 + key.n + a.n + b.n;

	if (key.n > UINT32_MAX || a.n + b.n > UINT32_MAX)
		return err_set(err, ERR_DATA, "too-large",
			       "an item of 4 GiB cannot be sorted");
	if (s->count &&
	    s->bytes.n + n + (s->count + 1) * 2 * sizeof(*s->items) >
		s->memory / 2 &&
	    spill(s, err))
		return -1;
	MEM_ROOM(s->items, s->count + 1, s->cap);
	s->items[s->count++] = (struct item){ prefix_of(key), s->bytes.n };
	s->whole = s->whole && key.n == 8;
	str_reserve(&s->bytes, n);
	str_put(&s->bytes, sizes, sizeof(sizes));
	str_span(&s->bytes, key);
	str_span(&s->bytes, a);
	str_span(&s->bytes, b);
	return 0;
}

/* --- merging --- */

static int advance(struct run *r, struct err *err)
{
	struct span x;
	int got = spool_read(r->bytes, 8, &x, err);

	r->ended = got == 0;
	if (got <= 0)
		return got;
	memcpy(r->sizes, x.p, 8);
	got = spool_read(r->bytes, (size_t)r->sizes[0] + r->sizes[1], &x, err);
	if (got < 0)
		return -1;
	r->p = got ? x.p : "";
	r->prefix = prefix_of((struct span){ r->p, r->sizes[0] });
	return 0;
}

static struct span key_of(const struct run *r)
{
	return (struct span){ r->p, r->sizes[0] };
}

/* Earlier runs hold what was put earlier: they win ties. */
static bool before(const struct sort *s, size_t a, size_t b)
{
	const struct run *x = &s->runs[a], *y = &s->runs[b];
	int c;

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix;
	c = span_cmp(key_of(x), key_of(y));
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
	size_t buffer = s->memory / 2 / n;

	s->nheap = 0;
	s->heap = mem_resize(s->heap, n, sizeof(*s->heap));
	for (size_t i = first; i < first + n; i++) {
		struct run *r = &s->runs[i];

		if (spool_rewind(r->bytes,
				 buffer < BUFFER_MAX ? buffer : BUFFER_MAX,
				 err) ||
		    advance(r, err))
			return -1;
		if (!r->ended)
			s->heap[s->nheap++] = i;
	}
	for (size_t i = s->nheap / 2; i--;)
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
	struct spool *out = spool_new(BUFFER_MAX);
	int rc = heap_start(s, first, n, err);

	while (!rc && s->nheap) {
		const struct run *r = &s->runs[s->heap[0]];

		rc = spool_put(out, r->sizes, 8, err) ||
		     spool_put(out, r->p, (size_t)r->sizes[0] + r->sizes[1],
			       err) ||
		     heap_step(s, err);
	}
	if (rc || spool_park(out, err)) {
		spool_free(out);
		return -1;
	}
	for (size_t i = first; i < first + n; i++)
		spool_free(s->runs[i].bytes);
	s->runs[first] = (struct run){ .bytes = out };
	s->nruns -= n - 1;
	memmove(s->runs + first + 1, s->runs + first + n,
		(s->nruns - first - 1) * sizeof(*s->runs));
	return 0;
}

/* One round: each FAN_IN neighbours become one, so ties keep their order. */
static int merge_runs(struct sort *s, struct err *err)
{
	for (size_t i = 0; i < s->nruns; i++) {
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
	const struct run *r;
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
		r = &s->runs[s->heap[0]];
		*key = key_of(r);
		*data = (struct span){ r->p + r->sizes[0], r->sizes[1] };
		return 1;
	}
	if (s->next == s->count)
		return 0;
	if (s->next + AHEAD < s->count)
		__builtin_prefetch(s->bytes.p + s->items[s->next + AHEAD].at);
	item = s->bytes.p + s->items[s->next++].at;
	*key = key_at(item);
	*data = data_at(item);
	return 1;
}
