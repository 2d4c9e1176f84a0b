/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The graph of an index' vectors of one kind of sound: "audio.graph",
 * "cnn.graph". */
#ifndef MOODPIPE_SOUNDGRAPH_H
#define MOODPIPE_SOUNDGRAPH_H

#include "index/hnswbuild.h"
#include "io/pack.h"

/* Rows that the recall is measured on, and how many of each. */
#define SOUNDGRAPH_SAMPLE 200
#define SOUNDGRAPH_NEAREST 10

enum soundgraph_when {
	SOUNDGRAPH_AUTO, /* where a walk can be faster than a scan, or where
			  * the previous index was told to have one */
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
	double recall; /* of the nearest 10, with the default dials; 1: exact */
};

/* Writes the section for these vectors (previous, which may be NULL: those of
 * an earlier index) and says what came out: the recall is that of every n-th
 * vector itself against a comparison with all. */
int soundgraph_write(const struct hnsw_source *vectors,
		     const struct soundgraph_options *o,
		     const struct hnsw *previous, const char *section,
		     struct pack_writer *pw, struct soundgraph_made *made,
		     struct err *err);

#endif
