/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an index' vectors of one kind of sound are found by, "audio.graph",
 * "cnn.graph": lists, a graph, or neither, where all are compared. */
#ifndef MOODPIPE_SOUNDGRAPH_H
#define MOODPIPE_SOUNDGRAPH_H

#include "index/hnswbuild.h"
#include "io/pack.h"

/* More bytes of vectors at byte precision stand in lists by default: 40,000 of
 * 64 dimensions. Below, a fresh process scans them as soon. A graph answers no
 * sooner than lists, needs thirty times as long to build and touches a page of
 * the file for each node it expands: it is made where it is asked for. */
#define SOUNDGRAPH_AUTO_BYTES (40000 * 64)

enum soundgraph_when {
	SOUNDGRAPH_AUTO, /* lists from SOUNDGRAPH_AUTO_BYTES on, or what the
                    * previous index was told */
	SOUNDGRAPH_ALWAYS,
	SOUNDGRAPH_NEVER, /* neither graph nor lists */
	SOUNDGRAPH_LISTS
};

struct soundgraph_options { /* zeros: those of previous, else defaults */
	enum soundgraph_when when;
	uint32_t links, ef; /* M and efConstruction, hnsw.h */
	int threads;
};

struct soundgraph_made {
	size_t nodes;  /* of the graph; 0: none */
	size_t lists;  /* 0 too: every search is exact */
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
