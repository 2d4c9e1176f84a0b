/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of hnsw.h: comparing all nodes at byte precision, on several threads.
 */
#ifndef MOODPIPE_HNSWSCAN_H
#define MOODPIPE_HNSWSCAN_H

#include "index/hnsw.h"
#include "index/hnswwalk.h"

struct hnswscan { /* zeroed: valid; a thread of searches has one */
	struct hnswscan_part *parts;
	size_t nparts;
	uint64_t *keys; /* what was found, hnswwalk_key; in no order */
	size_t keys_room;
	uint64_t *heap;
	size_t heap_room;
};
void hnswscan_release(struct hnswscan *s);

struct hnswscan_range { /* of nodes: from to before to, within bounds */
	uint32_t from, to;
};

/* Fills s->keys with the allowed nodes that score no less than the k-th best
 * does less margin; returns how many. */
size_t hnswscan_run(struct hnswscan *s, const struct hnsw *h,
		    const struct hnsw_query *query,
		    const struct hnswwalk_query *q, int32_t margin);
/* The same of the nodes in some ranges, in turn, on one thread. */
size_t hnswscan_ranges(struct hnswscan *s, const struct hnsw *h,
		       const struct hnsw_query *query,
		       const struct hnswwalk_query *q, int32_t margin,
		       const struct hnswscan_range *ranges, size_t n);

#endif
