/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of hnsw.h: the rows that a node stands for, and whether they may be. */
#ifndef MOODPIPE_HNSWROWS_H
#define MOODPIPE_HNSWROWS_H

#include <math.h>

#include "index/hnsw.h"

/* Not zero, and finite? */
static inline bool hnsw_has_signal(const struct hnsw_source *s, size_t i)
{
	bool any = false;

	for (size_t j = 0; j < s->dim; j++) {
		float x = s->floats
			      ? s->floats[i * s->dim + j]
			      : s->scale[i] * (float)s->bytes[i * s->dim + j];

		if (!isfinite(x))
			return false;
		any |= x != 0;
	}
	return any;
}

static inline bool hnsw_is_allowed(const struct hnsw_source *s,
				   const struct hnsw_query *q, size_t i)
{
	size_t row = s->rows ? s->rows[i] : i;

	return !q->allowed || (row < q->allowed_rows && q->allowed[row]);
}

/* The positions that a node stands for, their number returned. */
static inline uint32_t hnsw_node_rows(const struct hnsw *h, uint32_t node,
				      const uint32_t **rows)
{
	uint32_t first = h->rows[node], words = h->header->group_words, n;

	*rows = h->rows + node;
	if (!(first & HNSW_GROUP))
		return 1;
	first &= ~HNSW_GROUP;
	if (first >= words)
		return 0; /* HNSW_NONE among them */
	n = h->groups[first];
	*rows = h->groups + first + 1;
	return n < words - first ? n : 0;
}

static inline bool hnsw_node_allowed(const struct hnsw *h,
				     const struct hnsw_query *q, uint32_t node)
{
	const uint32_t *rows;
	uint32_t n = hnsw_node_rows(h, node, &rows);

	for (uint32_t i = 0; i < n; i++)
		if (rows[i] < h->source.count &&
		    hnsw_is_allowed(&h->source, q, rows[i]))
			return true;
	return false;
}

#endif
