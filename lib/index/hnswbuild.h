/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Building the graph that hnsw.h searches. The same bytes for any number of
 * threads. Rows whose byte-precision vectors are equal share a node, so that
 * duplicates cannot tear the graph apart.
 */
#ifndef MOODPIPE_HNSWBUILD_H
#define MOODPIPE_HNSWBUILD_H

#include "index/hnsw.h"

/* A graph is built anew rather than added to where its nodes without a row and
 * those that came since it was built exceed this share. */
#define HNSW_REBUILD_SHARE 0.25

struct hnsw_options {
	uint32_t m;  /* links, up to HNSW_M_MAX; 0: vectors only, for scans */
	uint32_t ef; /* efConstruction, at least m */
	int threads;
	uint64_t seed;
	/* Of vectors only: as many lists, fewer where there are few nodes; 0:
   * none. Those of previous serve while it is of about as many. */
	uint32_t lists;
};

struct hnsw_report {
	uint32_t inserted; /* nodes that were linked now; all: built anew */
	uint32_t mended;   /* node 0 did not reach them at first */
	uint32_t lists;    /* that there are, */
	uint32_t probe;    /* and are compared by default */
	double recall;     /* nearestrecall.h: what they hold; none: 1 */
};

struct hnsw_built;
/* previous (NULL: none): the graph of an earlier state of the source, which is
 * added to where it fits (dim, m, ef, HNSW_REBUILD_SHARE). Its nodes are
 * known by their vectors: rows may have moved, gone and come. source need not
 * outlive the call; report may be NULL. -1 (NULL), ERR_USAGE: options or dim
 * out of bounds. */
struct hnsw_built *hnsw_build(const struct hnsw_source *source,
			      const struct hnsw_options *options,
			      const struct hnsw *previous,
			      struct hnsw_report *report, struct err *err);
void hnsw_built_free(struct hnsw_built *b);

uint64_t hnsw_built_size(const struct hnsw_built *b); /* bytes */
/* Hands the bytes over in order, page by page or more. -1: put failed. */
int hnsw_built_put(const struct hnsw_built *b,
		   int (*put)(void *ctx, const void *p, size_t n,
			      struct err *err),
		   void *ctx, struct err *err);

#endif
