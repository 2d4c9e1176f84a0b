/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of hnswbuild.h: sorts the nodes of what has no graph into lists
 * (hnswlists.h), by centroids that are fitted to them or those of before, and
 * measures how many lists a search has to compare.
 */
#ifndef MOODPIPE_HNSWSORT_H
#define MOODPIPE_HNSWSORT_H

#include "index/hnswbuild.h"
#include "index/hnswbuilt.h"

/* The share of the ten nearest (of NEARESTRECALL_SAMPLE rows) that the lists
 * compared by default are to hold: more than 0.99, as that is measured on few.
 */
#define HNSWSORT_RECALL 0.995

/* Changes b->order and fills b->lists and what the header says of it. There are
 * no lists where the nodes are few, or so alike that most lists would have to
 * be compared. */
void hnswsort_run(struct hnsw_built *b, const struct hnsw_source *source,
		  const struct hnsw_options *o, const struct hnsw *previous,
		  struct hnsw_report *report);

#endif
