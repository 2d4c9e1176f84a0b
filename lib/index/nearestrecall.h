/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a search finds of the truth, measured on rows that it searches. */
#ifndef MOODPIPE_NEARESTRECALL_H
#define MOODPIPE_NEARESTRECALL_H

#include "math/topk.h"

#define NEARESTRECALL_SAMPLE 200 /* rows, */
#define NEARESTRECALL_K 10       /* and how many nearest of each */

struct nearestrecall {
	struct topk_item want[NEARESTRECALL_K], got[NEARESTRECALL_K];
	size_t wanted, found; /* how many of each there are */
};

/* The share that is found of the nearest of every n-th row. ask() looks for
 * those of a row's own vector by comparing all, and by the search in question;
 * on any thread. 1: there is nothing to find. */
double nearestrecall_measure(size_t rows, int threads,
			     void (*ask)(void *ctx, size_t row,
					 struct nearestrecall *r),
			     void *ctx);

#endif
