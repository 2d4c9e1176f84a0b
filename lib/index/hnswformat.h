/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of an HNSW graph, man index(5): a header, then arrays, each at the
 * next multiple of 64 bytes (of 4096 where marked), in this order, zeros
 * between:
 *
 *   vectors  int8_t [nodes][stride]    4096; round(x / step) of node i's
 *                                      vector, 0 beyond dim
 *   links    uint32_t [nodes][m0]      4096; layer 0
 *   rows     uint32_t [nodes]          4096; see HNSW_GROUP
 *   upper    uint32_t [layer[l]][m]    l = 1 .. layers - 1
 *   groups   uint32_t [group_words]
 *   centroids int8_t [lists][stride]   4096; of lists, each of length 1 when
 *                                      its scale is multiplied
 *   scale    float [lists]
 *   first    uint32_t [lists + 1]      where there are lists
 *
 * Nodes are numbered by their highest layer, highest first: layer l consists
 * of the nodes below layer[l], and node 0 is where every walk begins. Within
 * a layer's share they stand in breadth-first order from node 0. A list of
 * links ends at its length or at HNSW_NONE.
 *
 * Without a graph nodes may stand in lists: list l is nodes first[l] to before
 * first[l + 1], those whose product with scale[l] times centroid l is the
 * largest, the first of equals.
 */
#ifndef MOODPIPE_HNSWFORMAT_H
#define MOODPIPE_HNSWFORMAT_H

#include <stdint.h>

#define HNSW_LAYERS 16
#define HNSW_NONE UINT32_MAX
/* In rows: the node stands for several rows; the other bits are a place in
 * groups, where their number and then they stand, ascending. HNSW_NONE: for
 * no row (it was removed). Rows are positions in the source. */
#define HNSW_GROUP 0x80000000u
#define HNSW_LINE 64
#define HNSW_PAGE 4096
#define HNSW_DIM_MAX 4096
#define HNSW_M_MAX 128
#define HNSW_LISTS_MAX 65536

struct hnsw_header {     /* little-endian */
	uint32_t nodes;  /* at most HNSW_NODES_MAX */
	uint32_t count;  /* of the source */
	uint32_t signal; /* of these, rows that are not zero */
	uint32_t dim;    /* at most HNSW_DIM_MAX */
	uint32_t stride; /* dim up to a multiple of HNSW_LINE */
	uint32_t m;      /* links in upper layers; 0: no graph, vectors only */
	uint32_t m0;     /* in layer 0: 2 m */
	uint32_t layers; /* 1 to HNSW_LAYERS */
	uint32_t ef;     /* efConstruction */
	uint32_t dead;   /* nodes of no row */
	uint32_t added;  /* nodes that came after the build */
	uint32_t group_words;
	float step;      /* positive */
	float error;     /* the largest |x - step q| */
	uint32_t lists;  /* 0: none; only without a graph */
	uint32_t probe;  /* lists that a search compares, of these */
	uint32_t fitted; /* nodes that the centroids were fitted on */
	uint32_t reserved;
	uint32_t layer[HNSW_LAYERS]; /* nodes in it; falling; 0 beyond layers */
};
#define HNSW_NODES_MAX 0x7fffff00u

_Static_assert(sizeof(struct hnsw_header) == 136, "header of 136 bytes");

struct hnsw_layout { /* in bytes, from the header's first */
	uint64_t vectors, links, rows, upper[HNSW_LAYERS], groups;
	uint64_t centroids, scale, first, end;
};

static inline uint64_t hnsw_align(uint64_t at, uint64_t to)
{
	return (at + to - 1) / to * to;
}

/* For a header whose numbers are within their bounds: no overflow. */
static inline struct hnsw_layout hnsw_layout(const struct hnsw_header *h)
{
	struct hnsw_layout l = { .vectors = HNSW_PAGE };
	uint64_t n = h->nodes, at;

	l.links = hnsw_align(l.vectors + n * h->stride, HNSW_PAGE);
	l.rows = hnsw_align(l.links + n * h->m0 * 4, HNSW_PAGE);
	at = l.rows + n * 4;
	for (uint32_t i = 1; i < h->layers; i++) {
		l.upper[i] = hnsw_align(at, HNSW_LINE);
		at = l.upper[i] + (uint64_t)h->layer[i] * h->m * 4;
	}
	l.groups = hnsw_align(at, HNSW_LINE);
	l.end = l.groups + (uint64_t)h->group_words * 4;
	if (!h->lists)
		return l;
	n = h->lists;
	l.centroids = hnsw_align(l.end, HNSW_PAGE);
	l.scale = hnsw_align(l.centroids + n * h->stride, HNSW_LINE);
	l.first = hnsw_align(l.scale + n * 4, HNSW_LINE);
	l.end = l.first + (n + 1) * 4;
	return l;
}

#endif
