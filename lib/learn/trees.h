/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gradient-boosted regression trees (Friedman 2001) on binned features, with
 * squared error: the prediction is a constant plus the leaves that a row falls
 * into. A missing value (NaN) goes, at each split, to the side that fitted
 * better. The same rows, parameters and seed give the same trees, for any number
 * of threads.
 */
#ifndef MOODPIPE_TREES_H
#define MOODPIPE_TREES_H

#include "io/pack.h"

struct trees_params {
	int rounds;       /* trees, at most */
	int depth;        /* of each, 1 to 8 */
	int bins;         /* of a feature, 2 to 255 */
	size_t leaf_rows; /* least of a leaf */
	double rate;      /* of learning, (0, 1] */
	double ridge;     /* on leaf values (Chen & Guestrin 2016) */
	double rows;      /* share that each tree is fitted on, (0, 1] */
	double columns;   /* share that each tree may split, (0, 1] */
	uint64_t seed;
	int threads;
};
extern const struct trees_params trees_usual;

struct trees; /* fitted, or a view of a pack */

/* Fits y[n] on x[n][dims]; weight[n] of the rows, or NULL. -1, ERR_DATA: too
 * few rows, no finite label, parameters out of range. */
struct trees *trees_fit(const struct trees_params *p, const float *x,
			const float *y, const float *weight, size_t n,
			size_t dims, struct err *err);
void trees_free(struct trees *t);

size_t trees_dims(const struct trees *t);
float trees_predict(const struct trees *t, const float *x); /* x[dims] */
/* What each feature took off the squared error, summed to 1: out[dims]. */
void trees_gains(const struct trees *t, double *out);

/* The sections "PREFIX.nodes" and "PREFIX.trees". */
int trees_write(const struct trees *t, const char *prefix,
		struct pack_writer *w, struct err *err);
/* A view, which p must outlive. NULL: ERR_DATA, damaged. */
struct trees *trees_view(const struct pack *p, const char *prefix,
			 struct err *err);

#endif
