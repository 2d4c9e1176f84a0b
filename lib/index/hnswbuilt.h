/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What hnswbuild.c makes and hnswput.c writes. */
#ifndef MOODPIPE_HNSWBUILT_H
#define MOODPIPE_HNSWBUILT_H

#include "index/hnsw.h"
#include "index/hnswlink.h"

struct hnsw_entry { /* a row, or a node of the previous graph */
	uint64_t hash;
	uint32_t id; /* position, or number | HNSW_GROUP */
};

struct hnsw_part;

struct hnsw_built {
	struct hnsw_header header;
	struct hnswlink graph;
	const struct hnsw_source *source; /* while building */
	const struct hnsw *previous;
	int8_t *codes; /* [count][stride], of rows; while building */
	struct hnsw_part *parts;
	struct hnsw_entry *entries; /* sorted: equal vectors stand together */
	size_t entry_count;
	uint32_t *first, *members; /* [nodes]: entries, of which are rows */
	uint32_t *order, *number;  /* [nodes]: order[new] = old, and back */
	int8_t *centroids;         /* of header.lists, hnswsort.h */
	float *scale;
	uint32_t *list_first; /* [header.lists + 1] */
};

#endif
