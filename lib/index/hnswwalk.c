/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/hnswwalk.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "index/hnswformat.h"

#define EXPANDED 1u

void hnswwalk_release(struct hnswwalk *w)
{
	free(w->visited);
	free(w->pool);
	*w = (struct hnswwalk){ 0 };
}

static inline void prefetch(const void *p, size_t n)
{
	for (size_t i = 0; i < n; i += HNSW_LINE)
		MEM_FETCH((const char *)p + i);
}

static int32_t score_one(const struct hnswwalk_layer *l,
			 const struct hnswwalk_query *q, uint32_t node)
{
	int32_t score;

	hnswwalk_dots(q, l->vectors, l->stride, &node, 1, &score);
	return score;
}

uint32_t hnswwalk_greedy(const struct hnswwalk_layer *l,
			 const struct hnswwalk_query *q, uint32_t node)
{
	uint32_t ids[2 * HNSW_M_MAX];
	int32_t scores[2 * HNSW_M_MAX], best = score_one(l, q, node);

	for (;;) {
		const uint32_t *links = l->links + (size_t)node * l->width;
		uint32_t n = 0, next = node;

		for (uint32_t i = 0; i < l->width; i++) {
			if (links[i] >= l->nodes)
				break;
			ids[n++] = links[i];
			prefetch(l->vectors + links[i] * l->stride, l->stride);
		}
		hnswwalk_dots(q, l->vectors, l->stride, ids, n, scores);
		for (uint32_t i = 0; i < n; i++)
			if (scores[i] > best) {
				best = scores[i];
				next = ids[i];
			}
		if (next == node)
			return node;
		node = next;
	}
}

static void prepare(struct hnswwalk *w, uint32_t nodes, size_t ef)
{
	size_t words = (size_t)nodes / 64 + 1;

	if (words > w->visited_room) {
		free(w->visited);
		w->visited = mem_zalloc(words, sizeof(*w->visited));
		w->visited_room = words;
	} else {
		memset(w->visited, 0, words * sizeof(*w->visited));
	}
	MEM_ROOM(w->pool, ef + 1, w->room);
}

static inline bool visit(uint64_t *visited, uint32_t node)
{
	uint64_t bit = 1ull << (node & 63), *word = visited + (node >> 6);
	bool first = !(*word & bit);

	*word |= bit;
	return first;
}

void hnswwalk_run(struct hnswwalk *w, const struct hnswwalk_layer *l,
		  const struct hnswwalk_query *q, uint32_t node, size_t ef)
{
	uint32_t ids[2 * HNSW_M_MAX];
	int32_t scores[2 * HNSW_M_MAX];
	size_t next = 0, count = 1;
	uint64_t *pool;

	prepare(w, l->nodes, ef);
	pool = w->pool;
	pool[0] = hnswwalk_key(score_one(l, q, node), node);
	visit(w->visited, node);
	while (next < count) {
		const uint32_t *links;
		uint32_t n = 0;

		if (pool[next] & EXPANDED) {
			next++;
			continue;
		}
		node = hnswwalk_node(pool[next]);
		pool[next++] |= EXPANDED;
		links = l->links + (size_t)node * l->width;
		for (uint32_t i = 0; i < l->width; i++) {
			uint32_t id = links[i];

			if (id >= l->nodes)
				break;
			if (!visit(w->visited, id))
				continue;
			prefetch(l->vectors + id * l->stride, l->stride);
			ids[n++] = id;
		}
		hnswwalk_dots(q, l->vectors, l->stride, ids, n, scores);
		for (uint32_t i = 0; i < n; i++) {
			uint64_t key = hnswwalk_key(scores[i], ids[i]);
			size_t at;

			if (count == ef && key < pool[count - 1])
				continue;
			at = hnswwalk_insert(pool, count, key);
			count += count < ef;
			if (at < next)
				next = at;
			if (at == next)
				prefetch(l->links + (size_t)ids[i] * l->width,
					 l->width * sizeof(*links));
		}
	}
	w->count = count;
}
