/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The graph of an index' vectors of one kind of sound: "audio.graph",
 * "cnn.graph". */
#ifndef MOODPIPE_SOUNDGRAPH_H
#define MOODPIPE_SOUNDGRAPH_H

#include "index/hnswbuild.h"
#include "io/pack.h"

/* More bytes of vectors at byte precision have a graph by default: 500,000 of
 * 64 dimensions. From there on a walk is cheaper than a scan (hnsw.c) where
 * many requests of 500 rows are answered, for which a cap on an artist's rows
 * asks for 2,000; those of fewer rows then gain more. */
#define SOUNDGRAPH_AUTO_BYTES (500000 * 64)

enum soundgraph_when {
	SOUNDGRAPH_AUTO, /* SOUNDGRAPH_AUTO_BYTES, or what the previous index
			  * was told */
	SOUNDGRAPH_ALWAYS,
	SOUNDGRAPH_NEVER
};

struct soundgraph_options { /* zeros: those of previous, else defaults */
	enum soundgraph_when when;
	uint32_t links, ef; /* M and efConstruction, hnsw.h */
	int threads;
};

struct soundgraph_made {
	size_t nodes;  /* of the graph; 0: none, every search is exact */
	double recall; /* nearestrecall.h, with the default dials; 1: exact */
};

/* Writes the section for these vectors (previous, which may be NULL: those of
 * an earlier index) and says what came out. */
int soundgraph_write(const struct hnsw_source *vectors,
		     const struct soundgraph_options *o,
		     const struct hnsw *previous, const char *section,
		     struct pack_writer *pw, struct soundgraph_made *made,
		     struct err *err);

#endif
