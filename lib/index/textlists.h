/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text vectors of an index, in the order of the lists that they are found
 * by, so that those compared with a query stand together: its sections
 * "vector.*". */
#ifndef MOODPIPE_TEXTLISTS_H
#define MOODPIPE_TEXTLISTS_H

#include "index/ivfbuild.h"
#include "io/pack.h"

struct textlists_made {
	size_t lists;  /* 0: few rows, every search is exact */
	double recall; /* nearestrecall.h, with the default dials; 1: exact */
};

/* Lists are kept while there are up to so many times fewer or more rows than
 * they were fitted on. */
#define TEXTLISTS_GROWTH 2

struct textlists_options { /* zeros: those of old, else defaults, ivfbuild.h */
	size_t lists, probe;
	int threads;
};

/* Writes the sections for these rows and says what came out. old (may be
 * NULL): an earlier index, whose lists and codes serve where they can. */
int textlists_write(const struct ivf_rows *rows,
		    const struct textlists_options *options,
		    const struct ivf_old *old, struct pack_writer *pw,
		    struct textlists_made *made, struct err *err);

#endif
