/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Building an inverted file (ivf.h). Its bytes are a function of the rows and
 * the centroids, for any number of threads. A build with the centroids of an
 * earlier one takes from it the lists and codes of the rows that both have and
 * computes the others: the bytes are those of computing all.
 */
#ifndef MOODPIPE_IVFBUILD_H
#define MOODPIPE_IVFBUILD_H

#include "index/ivf.h"

struct ivf_centroids {
	size_t nlist, dim; /* nlist 0: scanned exactly, q and scale NULL */
	int8_t *q;         /* [nlist][dim] */
	float *scale;      /* [nlist] */
	size_t fitted;     /* rows that they were fitted on */
};

struct ivf_options {      /* zeros: defaults */
	size_t nlist;     /* 4 sqrt(count) in multiples of 32 */
	size_t nprobe;    /* 32 */
	size_t shortlist; /* 800 */
	int iterations;   /* of k-means */
	int threads;
	bool lists; /* even where there are fewer than IVF_EXACT_BELOW rows */
	const uint32_t *list; /* of each row, from ivf_assign; NULL: assign */
};

/* Into c, which ivf_centroids_release frees. */
void ivf_fit(const struct ivf_rows *rows, const struct ivf_options *o,
	     struct ivf_centroids *c);
/* Those of a view, copied. */
void ivf_centroids_of(const struct ivf *v, struct ivf_centroids *c);
void ivf_centroids_release(struct ivf_centroids *c);

struct ivf_old {
	const struct ivf *view;
	const uint32_t *was; /* [rows->count]: position of the same int8 row in
			      * view, CODES_NONE: it is new */
};

/* The list of each row: list[count]; old as in ivf_build. */
void ivf_assign(const struct ivf_rows *rows, const struct ivf_centroids *c,
		const struct ivf_old *old, int threads, uint32_t *list);

/* Gives the file to put(ctx, p, n, err), front to back; put returns 0, or -1
 * with err set, which ends it. old may be NULL; one of other centroids is
 * not used, and what it lacks is computed. -1, ERR_DATA: more rows,
 * dimensions or lists than the format has. */
int ivf_build(const struct ivf_rows *rows, const struct ivf_centroids *c,
	      const struct ivf_options *o, const struct ivf_old *old,
	      int (*put)(void *ctx, const void *p, size_t n, struct err *err),
	      void *ctx, struct err *err);

#endif
