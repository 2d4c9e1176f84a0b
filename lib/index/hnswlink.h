/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linking nodes into the layers of a graph, in memory: Algorithms 1 and 4 of
 * Malkov & Yashunin (2020). Nodes come in batches whose sizes depend on the
 * number of nodes alone: candidates are sought, by many threads, in the graph
 * as it stood before the batch and among the batch's earlier nodes, and are
 * then linked in order. The outcome is the same for any number of threads.
 */
#ifndef MOODPIPE_HNSWLINK_H
#define MOODPIPE_HNSWLINK_H

#include "index/hnswformat.h"

struct hnswlink {
	uint32_t nodes, stride, m, m0, ef, layers;
	uint32_t layer[HNSW_LAYERS]; /* nodes in it: those numbered lowest */
	int8_t *vectors;             /* [nodes][stride], as in the format */
	/* links[0]: [nodes][m0], others [layer[l]][m]; HNSW_NONE at the end. */
	uint32_t *links[HNSW_LAYERS];
};

/* Layers and links of so many nodes, all HNSW_NONE; vectors: see to them. */
void hnswlink_init(struct hnswlink *g, uint32_t nodes, uint32_t stride,
		   uint32_t m, uint32_t ef);
void hnswlink_release(struct hnswlink *g);

/* Links nodes [from, nodes) to those before. */
void hnswlink_insert(struct hnswlink *g, uint32_t from, int threads);
/* Links what node 0 does not reach in layer 0 to the nearest with room, or in
 * place of a link that others do not need to be reached; returns how many nodes
 * needed that. All are reached then; m is 2 or more. */
uint32_t hnswlink_repair(struct hnswlink *g);
/* order[nodes]: layer by layer breadth first; order[new] = old. */
void hnswlink_order(const struct hnswlink *g, uint32_t *order);

#endif
