/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/hnswlink.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "index/hnswwalk.h"

#define BATCH 512   /* nodes at most, */
#define BATCH_OF 32 /* and one for so many that are linked */
#define WIDTH_MAX (2 * HNSW_M_MAX)
#define TOGETHER 8 /* of the chosen, compared with a candidate at once */

struct chosen { /* of one new node in one layer */
	uint32_t count;
	uint64_t keys[HNSW_M_MAX]; /* hnswwalk_key */
};

struct scratch { /* a thread's */
	int32_t scores[BATCH];
	struct hnswwalk walk;
};

struct batch {
	struct hnswlink *graph;
	const struct vector_kernels *kernels;
	struct scratch *scratch; /* [threads] */
	uint32_t from, to, top;  /* nodes; their highest layer */
	struct chosen *chosen;   /* [to - from][layers] */
	size_t shards;
};

static uint32_t width_of(const struct hnswlink *g, uint32_t layer)
{
	return layer ? g->m : g->m0;
}

static uint32_t *list_of(const struct hnswlink *g, uint32_t layer,
			 uint32_t node)
{
	return g->links[layer] + (size_t)node * width_of(g, layer);
}

static uint32_t length_of(const uint32_t *list, uint32_t width)
{
	uint32_t n = 0;

	while (n < width && list[n] != HNSW_NONE)
		n++;
	return n;
}

void hnswlink_init(struct hnswlink *g, uint32_t nodes, uint32_t stride,
		   uint32_t m, uint32_t ef)
{
	uint64_t share = nodes;

	*g = (struct hnswlink){
		.nodes = nodes, .stride = stride, .m = m, .m0 = 2 * m, .ef = ef
	};
	/* Aligned, so that a vector is one line. */
	g->vectors = aligned_alloc(
	    HNSW_PAGE, hnsw_align((uint64_t)nodes * stride + 1, HNSW_PAGE));
	if (!g->vectors)
		g->vectors = mem_alloc(SIZE_MAX);
	do {
		size_t bytes;

		g->layer[g->layers] = (uint32_t)share;
		bytes = (size_t)share * width_of(g, g->layers) * 4;
		g->links[g->layers] = mem_alloc(bytes + 1);
		memset(g->links[g->layers++], 0xff, bytes);
		share = m ? share / (m < 2 ? 2 : m) : 0;
	} while (share && g->layers < HNSW_LAYERS);
}

void hnswlink_release(struct hnswlink *g)
{
	for (uint32_t l = 0; l < g->layers; l++)
		free(g->links[l]);
	free(g->vectors);
	*g = (struct hnswlink){ 0 };
}

static struct hnswwalk_query query_of(const struct batch *b, uint32_t node)
{
	const struct hnswlink *g = b->graph;

	return (struct hnswwalk_query){ g->vectors + (size_t)node * g->stride,
					b->kernels };
}

static struct hnswwalk_layer layer_of(const struct hnswlink *g, uint32_t layer,
				      uint32_t nodes)
{
	return (struct hnswwalk_layer){
		g->vectors, g->stride, g->links[layer], width_of(g, layer),
		nodes < g->layer[layer] ? nodes : g->layer[layer]
	};
}

/* Is the candidate nearer to one of the chosen than to whose neighbours they
 * are to be? */
static bool is_covered(const struct batch *b, uint64_t key, const uint32_t *ids,
		       uint32_t n)
{
	int32_t scores[TOGETHER], least = hnswwalk_score(key);
	struct hnswwalk_query q = query_of(b, hnswwalk_node(key));

	for (uint32_t i = 0; i < n; i += TOGETHER) {
		uint32_t m = n - i < TOGETHER ? n - i : TOGETHER;

		hnswwalk_dots(&q, b->graph->vectors, b->graph->stride, ids + i,
			      m, scores);
		for (uint32_t j = 0; j < m; j++)
			if (scores[j] > least)
				return true;
	}
	return false;
}

/* Of keys, best first, those that lead to different sides: at most most. */
static uint32_t select_keys(const struct batch *b, const uint64_t *keys,
			    size_t count, uint32_t most, uint64_t *out)
{
	uint32_t ids[WIDTH_MAX], n = 0;

	for (size_t i = 0; i < count && n < most; i++) {
		if (is_covered(b, keys[i], ids, n))
			continue;
		ids[n] = hnswwalk_node(keys[i]);
		out[n++] = keys[i];
	}
	return n;
}

/* Adds the batch's nodes before node to the ef best. */
static void meet_earlier(const struct batch *b, struct scratch *s,
			 const struct hnswwalk_query *q, uint32_t node)
{
	const struct hnswlink *g = b->graph;
	struct hnswwalk *w = &s->walk;
	uint32_t n = node - b->from;

	hnswwalk_dots(q, g->vectors + (size_t)b->from * g->stride, g->stride,
		      NULL, n, s->scores);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t key = hnswwalk_key(s->scores[i], b->from + i);

		if (w->count == g->ef && key < w->pool[w->count - 1])
			continue;
		hnswwalk_insert(w->pool, w->count, key);
		w->count += w->count < g->ef;
	}
}

static void seek(void *ctx, size_t i, int thread)
{
	struct batch *b = ctx;
	const struct hnswlink *g = b->graph;
	struct scratch *s = &b->scratch[thread];
	uint32_t node = b->from + (uint32_t)i, at = 0;
	struct hnswwalk_query q = query_of(b, node);

	for (uint32_t l = g->layers; l-- > 0;) {
		struct hnswwalk_layer layer = layer_of(g, l, b->from);
		struct chosen *c = &b->chosen[i * g->layers + l];

		if (l > b->top) {
			at = hnswwalk_greedy(&layer, &q, at);
			continue;
		}
		MEM_ROOM(s->walk.pool, g->ef + 1, s->walk.room);
		s->walk.count = 0;
		if (b->from) {
			hnswwalk_run(&s->walk, &layer, &q, at, g->ef);
			at = hnswwalk_node(s->walk.pool[0]);
		}
		meet_earlier(b, s, &q, node);
		c->count =
		    select_keys(b, s->walk.pool, s->walk.count, g->m, c->keys);
	}
}

/* The link from node to its new neighbour, if it is worth one. */
static void link_back(const struct batch *b, uint32_t layer, uint32_t node,
		      uint32_t neighbour)
{
	const struct hnswlink *g = b->graph;
	uint32_t width = width_of(g, layer), *list = list_of(g, layer, node);
	uint32_t n = length_of(list, width), ids[WIDTH_MAX + 1];
	uint64_t keys[WIDTH_MAX + 2], kept[WIDTH_MAX];
	int32_t scores[WIDTH_MAX + 1];
	struct hnswwalk_query q = query_of(b, node);

	if (n < width) {
		list[n] = neighbour;
		return;
	}
	memcpy(ids, list, width * sizeof(*ids));
	ids[n++] = neighbour;
	hnswwalk_dots(&q, g->vectors, g->stride, ids, n, scores);
	for (uint32_t i = 0; i < n; i++)
		hnswwalk_insert(keys, i, hnswwalk_key(scores[i], ids[i]));
	n = select_keys(b, keys, n, width, kept);
	for (uint32_t i = 0; i < width; i++)
		list[i] = i < n ? hnswwalk_node(kept[i]) : HNSW_NONE;
}

/* Links from older nodes back to the batch: the older ones are split over
 * shards, each of which takes the batch in order. */
static void link_shard(void *ctx, size_t shard, int thread)
{
	struct batch *b = ctx;
	const struct hnswlink *g = b->graph;

	(void)thread;
	for (uint32_t l = 0; l <= b->top; l++)
		for (uint32_t i = 0; i < b->to - b->from; i++) {
			const struct chosen *c = &b->chosen[i * g->layers + l];

			for (uint32_t j = 0; j < c->count; j++) {
				uint32_t node = hnswwalk_node(c->keys[j]);

				if (node % b->shards == shard)
					link_back(b, l, node, b->from + i);
			}
		}
}

static void link_own(const struct batch *b)
{
	const struct hnswlink *g = b->graph;

	for (uint32_t l = 0; l <= b->top; l++)
		for (uint32_t i = 0; i < b->to - b->from; i++) {
			const struct chosen *c = &b->chosen[i * g->layers + l];
			uint32_t *list = list_of(g, l, b->from + i);

			for (uint32_t j = 0; j < c->count; j++)
				list[j] = hnswwalk_node(c->keys[j]);
		}
}

/* Where the batch that begins at from ends: in one layer. */
static uint32_t batch_end(const struct hnswlink *g, uint32_t from,
			  uint32_t *top)
{
	uint32_t size = from / BATCH_OF, end = g->nodes;

	*top = 0;
	for (uint32_t l = 1; l < g->layers; l++)
		if (from < g->layer[l]) {
			end = g->layer[l];
			*top = l;
		}
	size = size < 1 ? 1 : size > BATCH ? BATCH : size;
	return end - from < size ? end : from + size;
}

void hnswlink_insert(struct hnswlink *g, uint32_t from, int threads)
{
	struct batch b = { .graph = g, .kernels = vector_kernels() };

	threads = threads < 1 ? 1 : threads;
	b.shards = threads > 1 ? 4 * (size_t)threads : 1;
	b.scratch = mem_zalloc((size_t)threads, sizeof(*b.scratch));
	b.chosen = mem_zalloc((size_t)BATCH * HNSW_LAYERS, sizeof(*b.chosen));
	for (b.from = from; b.from < g->nodes; b.from = b.to) {
		b.to = batch_end(g, b.from, &b.top);
		parallel_for(threads, b.to - b.from, seek, &b);
		link_own(&b);
		parallel_for(threads, b.shards, link_shard, &b);
	}
	for (int i = 0; i < threads; i++)
		hnswwalk_release(&b.scratch[i].walk);
	free(b.scratch);
	free(b.chosen);
}

/* --- after the last node --- */

/* Marks what order[from ..] leads to and appends it; returns the end. */
static uint32_t spread(const struct hnswlink *g, uint32_t layer,
		       uint32_t *order, uint32_t from, uint32_t to,
		       uint8_t *seen)
{
	for (; from < to; from++) {
		const uint32_t *list = list_of(g, layer, order[from]);

		for (uint32_t i = 0; i < width_of(g, layer); i++) {
			if (list[i] == HNSW_NONE)
				break;
			if (seen[list[i]])
				continue;
			seen[list[i]] = 1;
			order[to++] = list[i];
		}
	}
	return to;
}

/* As spread, in layer 0: from[x] becomes the node that led to x. */
static uint32_t reach(const struct hnswlink *g, uint32_t *order, uint32_t at,
		      uint32_t to, uint32_t *from)
{
	for (; at < to; at++) {
		const uint32_t *list = list_of(g, 0, order[at]);

		for (uint32_t i = 0; i < g->m0 && list[i] != HNSW_NONE; i++) {
			if (from[list[i]] != HNSW_NONE)
				continue;
			from[list[i]] = order[at];
			order[to++] = list[i];
		}
	}
	return to;
}

/* Where node has room for a link; from (NULL: only what is free): or a link to
 * one that is reached without it. */
static uint32_t *room_of(const struct hnswlink *g, uint32_t node,
			 const uint32_t *from)
{
	uint32_t *list = list_of(g, 0, node), n = length_of(list, g->m0);

	if (n < g->m0)
		return list + n;
	while (from && n--)
		if (from[list[n]] != node)
			return list + n;
	return NULL;
}

/* Gives node a link from one that node 0 reaches, the nearest with room; last
 * is the last one reached, which nothing is reached by. */
static void hang(struct batch *b, uint32_t node, uint32_t last, uint32_t *from)
{
	const struct hnswlink *g = b->graph;
	struct hnswwalk *w = &b->scratch->walk;
	struct hnswwalk_layer layer = layer_of(g, 0, g->nodes);
	struct hnswwalk_query q = query_of(b, node);
	uint32_t at = last, *room = NULL;

	hnswwalk_run(w, &layer, &q, 0, g->ef);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < w->count && !room; i++) {
			at = hnswwalk_node(w->pool[i]);
			room = room_of(g, at, pass ? from : NULL);
		}
	if (!room) {
		at = last;
		room = room_of(g, at, from);
	}
	*room = node;
	from[node] = at;
}

uint32_t hnswlink_repair(struct hnswlink *g)
{
	struct batch b = { .graph = g, .kernels = vector_kernels() };
	uint32_t *order = mem_zalloc(g->nodes + 1, sizeof(*order));
	uint32_t *from = mem_alloc((g->nodes + (size_t)1) * sizeof(*from));
	uint32_t mended = 0, n;

	b.scratch = mem_zalloc(1, sizeof(*b.scratch));
	memset(from, 0xff, (g->nodes + (size_t)1) * sizeof(*from));
	from[0] = g->nodes; /* by none */
	n = g->nodes ? reach(g, order, 0, 1, from) : 0;
	for (uint32_t i = 0; n < g->nodes; i++) {
		if (from[i] != HNSW_NONE)
			continue;
		hang(&b, i, order[n - 1], from);
		mended++;
		order[n] = i;
		n = reach(g, order, n, n + 1, from);
	}
	hnswwalk_release(&b.scratch->walk);
	free(b.scratch);
	free(from);
	free(order);
	return mended;
}

void hnswlink_order(const struct hnswlink *g, uint32_t *order)
{
	uint8_t *seen = mem_zalloc(g->nodes + 1, 1);
	uint32_t n = 0;

	for (uint32_t l = g->layers; l-- > 0;) {
		if (g->m0)
			n = spread(g, l, order, 0, n, seen);
		for (uint32_t i = 0; i < g->layer[l]; i++)
			if (!seen[i]) {
				seen[i] = 1;
				order[n] = i;
				n = g->m0 ? spread(g, l, order, n, n + 1, seen)
					  : n + 1;
			}
	}
	free(seen);
}
