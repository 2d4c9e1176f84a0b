/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The k nearest of many vectors by cosine, over a hierarchical navigable small
 * world graph that is read in place (hnswformat.h, hnswbuild.h; Malkov &
 * Yashunin 2020). The graph is walked with vectors of byte precision, and the
 * ef best are scored again from the source, so recall is a dial. Without a
 * walk, the byte-precision vectors can be scanned from end to end, which is
 * exact and, up to some number of vectors that grows with ef, as fast. In place
 * of a graph there may be lists (hnswlists.h) of nodes near to each other:
 * those of the lists nearest to the query are then scanned, which takes longer
 * than a walk in a process that asks much and far less in one that asks once,
 * and a thirtieth of the time to build.
 */
#ifndef MOODPIPE_HNSW_H
#define MOODPIPE_HNSW_H

#include "base/err.h"
#include "base/str.h"
#include "index/hnswformat.h"
#include "math/topk.h"

#define HNSW_M 32
#define HNSW_EF_CONSTRUCTION 200
#define HNSW_EF 128

/* What the graph was built over; the caller's. Zero vectors (and such as are
 * not finite) have no signal and are never found. */
struct hnsw_source {
	size_t count, dim;
	/* Rows of length 1: floats[count][dim], or where that is NULL
   * scale[i] * bytes[i][dim]. */
	const float *floats;
	const int8_t *bytes;
	const float *scale;
	const uint32_t *rows; /* [count], ascending; NULL: 0, 1, ... */
};

struct hnsw {
	const struct hnsw_header *header;
	struct hnsw_source source;
	const int8_t *vectors;
	const uint32_t *links, *rows, *upper[HNSW_LAYERS], *groups;
	const int8_t *centroids; /* of lists, where there are any */
	const float *scale;
	const uint32_t *first;
};

/* Checks header and sizes, and that the graph is of a source of that shape.
 * bytes: 4-aligned, and 64-aligned to be fast. -1, ERR_DATA. */
int hnsw_view(struct hnsw *h, struct span bytes,
	      const struct hnsw_source *source, struct err *err);
/* Reads everything: every link and row in bounds, every row of the source with
 * a signal (where it has vectors, not only a shape) in one node and no other
 * row in any, every node within reach of node 0. */
int hnsw_verify(const struct hnsw *h, struct err *err);

enum hnsw_way {
	HNSW_AUTO,  /* whichever is fastest */
	HNSW_WALK,  /* the graph; exact where that finds too few */
	HNSW_SCAN,  /* all vectors at byte precision: exact */
	HNSW_EXACT, /* all allowed rows of the source */
	HNSW_LISTS  /* the nearest lists, and on until enough is found */
};

struct hnsw_query {
	const float *unit; /* [dim], length 1 */
	size_t k;
	size_t ef;              /* below k: k; 0: HNSW_EF */
	size_t probe;           /* lists; 0: the default that was measured */
	const uint8_t *allowed; /* by row as in source.rows; NULL: all */
	size_t allowed_rows;    /* its length: rows beyond are not allowed */
	enum hnsw_way way;
	/* The files are not in memory (mincore(2) tells): what will be needed
   * is asked for ahead, and a scan is preferred, as it reads in turn. */
	bool cold;
	/* The process asks nothing more, so that a page of the files that a
   * walk touches serves once: scans are then preferred for longer. */
	bool once;
	/* Scores of byte precision will do: the source is not read, and near
   * the k-th score rows may be the wrong ones by that much. */
	bool rough;
	int threads; /* of a scan of many; 0: 1 */
};

struct hnsw_work; /* of one thread */
struct hnsw_work *hnsw_work_new(void);
void hnsw_work_free(struct hnsw_work *w);

/* Fills out[k] with rows and cosines, best first, equal ones by row, and
 * returns their number: min(k, rows allowed that have the signal). *way (may
 * be NULL): how they were found. */
size_t hnsw_search(const struct hnsw *h, struct hnsw_work *w,
		   const struct hnsw_query *query, struct topk_item *out,
		   enum hnsw_way *way);

/* Are the links (where there are none: the vectors) mostly not in memory? A
 * guess, by a few pages; false where the system does not tell. */
bool hnsw_is_cold(const struct hnsw *h);

/* The exact pass alone, which needs no graph. */
size_t hnsw_exact(const struct hnsw_source *source,
		  const struct hnsw_query *query, struct topk_item *out);

#endif
