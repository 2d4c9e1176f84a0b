/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Gradient-boosted regression trees (Friedman 2001) on binned features, with
 * squared error: the prediction is a constant plus the leaves that a row falls
 * into. A missing value (NaN) goes, at each split, to the side that fitted
 * better; where none was missing in fitting, to the heavier side. The same rows,
 * parameters and seed give the same trees, for any number of threads.
 */
#ifndef MOODPIPE_TREES_H
#define MOODPIPE_TREES_H

#include "io/pack.h"

#define TREES_DIMS 32768  /* features at most */
#define TREES_ROUNDS 4096 /* trees at most */

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

/* Rows cut into bins (at quantiles, midway between neighbouring values), for
 * fitting more than one label: a byte per value. x may be freed afterwards.
 * NULL: ERR_DATA, bins or dims out of range. */
struct trees_rows;
struct trees_rows *trees_rows_new(const float *x, size_t n, size_t dims,
				  int bins, int threads, struct err *err);
void trees_rows_free(struct trees_rows *r);

struct trees; /* fitted, or a view of a pack */

/* Fits y[n] on x[n][dims]; weight[n] of the rows, or NULL. Rows without a
 * finite label or a weight above 0 are left out; where the rest are too few for
 * two leaves, the fit is a constant. NULL, ERR_DATA: no such row at all,
 * parameters out of range. */
struct trees *trees_fit(const struct trees_params *p, const float *x,
			const float *y, const float *weight, size_t n,
			size_t dims, struct err *err);
/* The same; p->bins is not looked at. */
struct trees *trees_fit_rows(const struct trees_params *p,
			     const struct trees_rows *r, const float *y,
			     const float *weight, struct err *err);
void trees_free(struct trees *t);

size_t trees_dims(const struct trees *t);
size_t trees_count(const struct trees *t);
float trees_predict(const struct trees *t, const float *x); /* x[dims] */
/* With the first `count` trees only. */
float trees_predict_first(const struct trees *t, size_t count, const float *x);
/* Forgets all trees but the first `count` of a fit, for choosing the rounds by
 * held-out rows; not for views. The gains stay those of all. */
void trees_keep(struct trees *t, size_t count);
/* What each feature took off the squared error, summed to 1 (all 0 where there
 * is no tree): out[dims]. */
void trees_gains(const struct trees *t, double *out);

/* The sections "PREFIX.nodes" and "PREFIX.trees" (treesformat.h). */
int trees_write(const struct trees *t, const char *prefix,
		struct pack_writer *w, struct err *err);
/* A view, which p must outlive. NULL: ERR_DATA, damaged. */
struct trees *trees_view(const struct pack *p, const char *prefix,
			 struct err *err);

#endif
