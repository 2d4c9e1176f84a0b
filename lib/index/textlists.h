/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inverted file of an index' text vectors: its section "vector.lists". */
#ifndef MOODPIPE_TEXTLISTS_H
#define MOODPIPE_TEXTLISTS_H

#include "index/ivf.h"
#include "io/pack.h"

/* Rows that the recall is measured on, and how many of each. */
#define TEXTLISTS_SAMPLE 200
#define TEXTLISTS_NEAREST 10

struct textlists_made {
	size_t lists;  /* 0: few rows, every search is exact */
	double recall; /* of the nearest 10, with the default dials; 1: exact */
};

/* Writes the section for these rows and says what came out: the recall is that
 * of every n-th row's own vector against a comparison with all. */
int textlists_write(const struct ivf_rows *rows, int threads,
		    struct pack_writer *pw, struct textlists_made *made,
		    struct err *err);

#endif
