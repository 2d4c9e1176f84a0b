/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walking one layer of a graph, while it is built and when it is searched:
 * Algorithm 2 of Malkov & Yashunin, "Efficient and robust approximate nearest
 * neighbor search using hierarchical navigable small world graphs" (2020).
 * What is known of the best so far is one sorted array, of which the nodes
 * that have been expanded are marked.
 */
#ifndef MOODPIPE_HNSWWALK_H
#define MOODPIPE_HNSWWALK_H

#include <string.h>

#include "math/vector.h"

struct hnswwalk_layer {
	const int8_t *vectors; /* [nodes][stride] */
	size_t stride;
	const uint32_t *links; /* [nodes][width]: numbers are checked */
	uint32_t width;        /* at most 2 HNSW_M_MAX */
	uint32_t nodes;
};

struct hnswwalk_query {
	const int8_t *q; /* [stride] */
	const struct vector_kernels *kernels;
};

struct hnswwalk {          /* a thread's scratch; zeroed to begin with */
	uint64_t *visited; /* bits */
	size_t visited_room;
	uint64_t *pool; /* [count], best first: read by the two below */
	size_t count, room;
};

void hnswwalk_release(struct hnswwalk *w);

static inline int32_t hnswwalk_score(uint64_t key)
{
	return (int32_t)((uint32_t)(key >> 32) ^ 0x80000000u);
}

static inline uint32_t hnswwalk_node(uint64_t key)
{
	return 0x7fffffffu - ((uint32_t)key >> 1);
}

/* Orders by score, then by lower node. */
static inline uint64_t hnswwalk_key(int32_t score, uint32_t node)
{
	return (uint64_t)((uint32_t)score ^ 0x80000000u) << 32 |
	       (0x7fffffffu - node) << 1;
}

/* Puts key into the sorted keys[count], of k at most (there is room for one
 * more), and returns its place. */
static inline size_t hnswwalk_insert(uint64_t *keys, size_t count, uint64_t key)
{
	size_t from = 0, to = count;

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (keys[middle] > key)
			from = middle + 1;
		else
			to = middle;
	}
	memmove(keys + from + 1, keys + from, (count - from) * sizeof(*keys));
	keys[from] = key;
	return from;
}

/* What they score: nodes ids[n], or where that is NULL the first n. */
static inline void hnswwalk_dots(const struct hnswwalk_query *q,
				 const int8_t *vectors, size_t stride,
				 const uint32_t *ids, size_t n, int32_t *scores)
{
	q->kernels->dots_i8(q->q, stride, vectors, stride, ids, n, scores);
}

/* From node to node, each nearer, as long as there is one. */
uint32_t hnswwalk_greedy(const struct hnswwalk_layer *l,
			 const struct hnswwalk_query *q, uint32_t node);
/* The ef nearest that the walk from node finds, in w->pool. node < nodes. */
void hnswwalk_run(struct hnswwalk *w, const struct hnswwalk_layer *l,
		  const struct hnswwalk_query *q, uint32_t node, size_t ef);

#endif
