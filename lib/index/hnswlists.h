/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of hnsw.h: where there is no graph, nodes may stand in lists by the
 * nearest of some centroids, of which a search compares the most promising.
 */
#ifndef MOODPIPE_HNSWLISTS_H
#define MOODPIPE_HNSWLISTS_H

#include "index/hnsw.h"
#include "index/hnswscan.h"
#include "index/hnswwalk.h"

struct hnswlists { /* zeroed: valid; a thread of searches has one */
	struct topk_item *ranked; /* the most promising first */
	int32_t *dots;
	struct hnswscan_range *ranges;
	size_t room;
};
void hnswlists_release(struct hnswlists *l);

/* ranked[] become the lists of the `want` nearest centroids, in order; want at
 * most their number. Returns how many: less where scales are damaged. */
size_t hnswlists_rank(struct hnswlists *l, const struct hnsw *h,
		      const struct hnswwalk_query *q, size_t want);

/* Compares the nodes of the `probe` nearest lists, and of others behind them
 * until there are `least` nodes; into s->keys what hnswscan_run gives of these.
 * *all: that were all lists. Where query->cold, what is needed is asked for
 * ahead. */
size_t hnswlists_run(struct hnswlists *l, struct hnswscan *s,
		     const struct hnsw *h, const struct hnsw_query *query,
		     const struct hnswwalk_query *q, int32_t margin,
		     size_t probe, size_t least, bool *all);

/* -1, ERR_DATA: lists that do not hold every node once, or centroids without a
 * scale. */
int hnswlists_verify(const struct hnsw *h, struct err *err);

#endif
