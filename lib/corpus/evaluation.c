/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/evaluation.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/metrics.h"

void evaluation_judged(const struct qrels *q, const struct rankings *r,
		       const struct ranking *g, size_t query,
		       const int at[EVAL_MAP], double v[EVAL_MEASURES])
{
	double *all, *rel = mem_zalloc(g ? g->count + 1 : 1, sizeof(*rel));
	size_t relevant = qrels_relevant(q, query, &all);
	size_t n = g ? g->count : 0;
	struct table seen = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct span id =
		    rankings_text(r, g->items[i].id, g->items[i].id_length);
		uint64_t *slot = table_put(&seen, id);

		/* the same track again earns nothing */
		rel[i] = *slot ? 0 : qrels_relevance(q, query, id);
		*slot = 1;
	}
	table_release(&seen);
	if (relevant) {
		v[EVAL_PRECISION] =
		    metrics_precision(rel, n, (size_t)at[EVAL_PRECISION]);
		v[EVAL_RECALL] =
		    metrics_recall(rel, n, (size_t)at[EVAL_RECALL], relevant);
		v[EVAL_NDCG] =
		    metrics_ndcg(rel, n, (size_t)at[EVAL_NDCG], all, relevant);
		v[EVAL_MAP] = metrics_average_precision(rel, n, relevant);
		v[EVAL_MRR] = metrics_reciprocal_rank(rel, n);
	}
	free(rel);
	free(all);
}

void evaluation_answer(const struct ranking *g, double v[EVAL_MEASURES])
{
	size_t n = g->count < 50 ? g->count : 50, unique = 0, placed = 0;
	double distance = 0;

	for (size_t i = 0; i < n; i++) {
		const struct ranked *x = &g->items[i];
		size_t j = 0;

		while (j < i && (g->items[j].artist != x->artist ||
				 x->artist == UINT32_MAX))
			j++;
		unique += j == i;
		if (!g->has_mood || isnan(x->valence) || isnan(x->arousal))
			continue;
		distance += hypot((double)(x->valence - g->valence),
				  (double)(x->arousal - g->arousal));
		placed++;
	}
	if (n)
		v[EVAL_ARTISTS] = (double)unique / (double)n;
	if (placed)
		v[EVAL_ALIGNMENT] = 1 - distance / (double)placed;
}
