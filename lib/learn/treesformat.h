/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trees in a pack, little-endian. "PREFIX.trees": one struct trees_head, then
 * uint32 first[trees + 1] (where each tree's nodes begin, and the end of all),
 * then float gains[dims]. "PREFIX.nodes": struct trees_node, a tree's root
 * first, the two children of a node side by side and behind it. And what the
 * modules of trees.h share.
 */
#ifndef MOODPIPE_TREESFORMAT_H
#define MOODPIPE_TREESFORMAT_H

#include <math.h>

#include "learn/trees.h"

#define TREES_DEPTH 8
#define TREES_NODES 511 /* of a tree of that depth */
#define TREES_RIGHT 0x8000u
#define TREES_BINS 255
#define TREES_MISSING TREES_BINS /* the bin of NaN */

struct trees_head {
	uint32_t dims, trees;
	float base;
	uint32_t zero;
};

struct trees_node {
	uint16_t feature;
	/* The left child, counted from the root; 0: a leaf. TREES_RIGHT: a
	 * missing value goes right. */
	uint16_t left;
	float value; /* of a leaf; or: up to this, left */
};

_Static_assert(sizeof(struct trees_head) == 16, "no padding");
_Static_assert(sizeof(struct trees_node) == 8, "no padding");

struct trees {
	struct trees_head head;
	const uint32_t *first;
	const float *gains;
	const struct trees_node *nodes;
	/* of a fit: the arrays above */
	uint32_t *own_first;
	float *own_gains;
	struct trees_node *own_nodes;
	size_t nodes_cap;
};

/* Rows for fitting. */
struct trees_rows {
	size_t n, dims;
	uint8_t *bin;   /* [dims][n] */
	float *edge;    /* [dims][TREES_BINS - 1]: bin b holds x <= edge[b] */
	uint16_t *bins; /* [dims] */
};

/* The value of one tree's leaf. */
static inline float trees_leaf(const struct trees_node *root, const float *x)
{
	const struct trees_node *n = root;

	while (n->left) {
		float v = x[n->feature];
		unsigned right =
		    isnan(v) ? n->left / TREES_RIGHT : (unsigned)(v > n->value);

		n = root + (n->left & (TREES_RIGHT - 1)) + right;
	}
	return n->value;
}

#endif
