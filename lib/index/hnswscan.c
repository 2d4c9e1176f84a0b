/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/hnswscan.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/hnswrows.h"
#include "math/lanes.h"

#define BLOCK 256
#define LEAST 65536 /* nodes that are worth a thread */

struct hnswscan_part {
	uint64_t *found, *heap; /* heap: the k best, the worst of them first */
	size_t nfound, found_room, nheap, heap_room;
};

struct run {
	struct hnswscan *s;
	const struct hnsw *h;
	const struct hnsw_query *query;
	const struct hnswwalk_query *q;
	int32_t margin;
	size_t parts;
};

void hnswscan_release(struct hnswscan *s)
{
	for (size_t i = 0; i < s->nparts; i++) {
		free(s->parts[i].found);
		free(s->parts[i].heap);
	}
	free(s->parts);
	free(s->keys);
	free(s->heap);
}

/* Puts key among the k largest of heap[n] (there is room for k); returns their
 * number. */
static size_t keep(uint64_t *heap, size_t n, size_t k, uint64_t key)
{
	size_t i;

	if (n < k) {
		for (i = n; i && heap[(i - 1) / 2] > key; i = (i - 1) / 2)
			heap[i] = heap[(i - 1) / 2];
		heap[i] = key;
		return n + 1;
	}
	if (key < heap[0])
		return n;
	for (i = 0; 2 * i + 1 < n;) {
		size_t child = 2 * i + 1;

		child += child + 1 < n && heap[child + 1] < heap[child];
		if (heap[child] >= key)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = key;
	return n;
}

LANES_CLONES
static bool any_above(const int32_t *scores, int32_t least)
{
	lanes_int any = { 0 }, s;

	for (size_t i = 0; i < BLOCK; i += LANES) {
		memcpy(&s, scores + i, sizeof(s));
		any |= s >= least;
	}
	for (size_t i = 0; i < LANES; i++)
		if (any[i])
			return true;
	return false;
}

/* Of a block's scores, those that may be among the best. */
static int32_t take(const struct run *r, struct hnswscan_part *p, uint32_t from,
		    uint32_t n, const int32_t *scores, int32_t least)
{
	size_t k = r->query->k;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t key = hnswwalk_key(scores[i], from + i);

		if (scores[i] < least ||
		    !hnsw_node_allowed(r->h, r->query, from + i))
			continue;
		MEM_ROOM(p->found, p->nfound + 1, p->found_room);
		p->found[p->nfound++] = key;
		p->nheap = keep(p->heap, p->nheap, k, key);
		if (p->nheap == k)
			least = hnswwalk_score(p->heap[0]) - r->margin;
	}
	return least;
}

/* Returns the score from which on nodes count. */
static int32_t scan_range(const struct run *r, struct hnswscan_part *p,
			  uint32_t from, uint32_t to, int32_t least)
{
	const struct hnsw_header *d = r->h->header;
	int32_t scores[BLOCK];

	for (; from < to; from += BLOCK) {
		uint32_t n = to - from < BLOCK ? to - from : BLOCK;

		hnswwalk_dots(r->q, r->h->vectors + (size_t)from * d->stride,
			      d->stride, NULL, n, scores);
		for (uint32_t i = n; i < BLOCK; i++)
			scores[i] = INT32_MIN;
		if (any_above(scores, least))
			least = take(r, p, from, n, scores, least);
		if (n < BLOCK)
			break;
	}
	return least;
}

static struct hnswscan_part *start_part(const struct run *r, size_t part)
{
	struct hnswscan_part *p = &r->s->parts[part];

	p->nfound = p->nheap = 0;
	MEM_ROOM(p->heap, r->query->k + 1, p->heap_room);
	return p;
}

static void scan_part(void *ctx, size_t part, int thread)
{
	struct run *r = ctx;
	uint64_t nodes = r->h->header->nodes;

	(void)thread;
	scan_range(r, start_part(r, part), (uint32_t)(nodes * part / r->parts),
		   (uint32_t)(nodes * (part + 1) / r->parts), INT32_MIN);
}

/* The least score that counts, over all parts. */
static int32_t threshold(struct hnswscan *s, size_t parts, size_t k,
			 int32_t margin)
{
	size_t n = 0;

	MEM_ROOM(s->heap, k + 1, s->heap_room);
	for (size_t i = 0; i < parts; i++)
		for (size_t j = 0; j < s->parts[i].nheap; j++)
			n = keep(s->heap, n, k, s->parts[i].heap[j]);
	return n == k ? hnswwalk_score(s->heap[0]) - margin : INT32_MIN;
}

static void make_parts(struct hnswscan *s, size_t parts)
{
	size_t had = s->nparts;

	if (parts <= had)
		return;
	MEM_ROOM(s->parts, parts, s->nparts);
	memset(s->parts + had, 0, (s->nparts - had) * sizeof(*s->parts));
}

/* s->keys becomes what the parts found. */
static size_t gather(const struct run *r)
{
	struct hnswscan *s = r->s;
	int32_t least = threshold(s, r->parts, r->query->k, r->margin);
	size_t n = 0;

	for (size_t i = 0; i < r->parts; i++) {
		const struct hnswscan_part *p = &s->parts[i];

		MEM_ROOM(s->keys, n + p->nfound + 1, s->keys_room);
		for (size_t j = 0; j < p->nfound; j++)
			if (hnswwalk_score(p->found[j]) >= least)
				s->keys[n++] = p->found[j];
	}
	return n;
}

size_t hnswscan_run(struct hnswscan *s, const struct hnsw *h,
		    const struct hnsw_query *query,
		    const struct hnswwalk_query *q, int32_t margin)
{
	size_t most = h->header->nodes / LEAST + 1;
	struct run r = { s, h, query, q, margin, 1 };

	if (query->threads > 1)
		r.parts = (size_t)query->threads;
	r.parts = r.parts < most ? r.parts : most;
	make_parts(s, r.parts);
	parallel_for((int)r.parts, r.parts, scan_part, &r);
	return gather(&r);
}

size_t hnswscan_ranges(struct hnswscan *s, const struct hnsw *h,
		       const struct hnsw_query *query,
		       const struct hnswwalk_query *q, int32_t margin,
		       const struct hnswscan_range *ranges, size_t n)
{
	struct run r = { s, h, query, q, margin, 1 };
	int32_t least = INT32_MIN;
	struct hnswscan_part *p;

	make_parts(s, 1);
	p = start_part(&r, 0);
	for (size_t i = 0; i < n; i++)
		least = scan_range(&r, p, ranges[i].from, ranges[i].to, least);
	return gather(&r);
}
