/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernels under matmul.h, linear.h, attention.h and rowwise.h, one set per
 * variant; what the processor can is chosen at run time.
 *
 * A product is y[rows][columns] = f(x[rows][k] w[k][columns]). Both factors are
 * laid out in units of four bytes: one float, two bfloat16 or four int8 that
 * follow each other in k; what is missing to whole units is zero.
 *
 *   panels  [columns / 32][units][32 columns], columns beyond the last zero
 *   rows    blocks of at most 14 rows, as equal as can be, the larger first;
 *           a block is [units / 16][rows of the block][16 units]
 */
#ifndef MOODPIPE_KERNELS_H
#define MOODPIPE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "math/linear.h"
#include "math/matmul.h"

#define KERNELS_COLUMNS 32 /* of a panel */
#define KERNELS_ROWS 14    /* of a block, at most */
#define KERNELS_PIECE 16   /* units */

/* Units of k values. */
static inline size_t kernels_units(enum linear_precision p, size_t k)
{
	size_t per = p == LINEAR_F32 ? 1 : p == LINEAR_BF16 ? 2 : 4;

	return (k + per - 1) / per;
}

/* Bytes of rows, and of the panels of columns, of k values each. */
size_t kernels_rows_size(enum linear_precision p, size_t rows, size_t k);
size_t kernels_panels_size(enum linear_precision p, size_t columns, size_t k);

struct kernels_step { /* of a row in eight bits: value = step (q - zero) */
	float step;   /* NaN: the row is not finite */
	float zero;   /* 0 to 255, whole */
};

struct kernels_product {
	const void *rows;   /* laid out, aligned to 64 */
	const void *panels; /* as are these */
	size_t count, columns, units;
	float *y;
	size_t stride;
	bool add;          /* sums begin with y, else */
	const float *bias; /* with these (to whole panels), or (NULL) zero */
	enum linear_function function;
	const void *next; /* a panel to be fetched behind the last, or NULL */
	/* int8 alone: columns' scales and sums of weights (to whole panels) */
	const float *scale;
	const int32_t *sums;
	const struct kernels_step *steps; /* [count] */
};

struct kernels {
	const char *name; /* "c", "avx2", "avx512", "vnni", "bf16" */
	void (*product[3])(const struct kernels_product *p); /* by precision */
	/* Rows first to first + count of a view, k values each (int8: not
	 * transposed; fills steps), times `factor` (not int8). */
	void (*rows)(enum linear_precision p, const struct matrix *m,
		     size_t first, size_t count, size_t k, float factor,
		     void *out, struct kernels_step *steps);
	/* A panel of columns first to first + count, count <= 32, of a view [k]
	 * [columns] (int8: transposed; fills scale and sums of count). */
	void (*panel)(enum linear_precision p, const struct matrix *m,
		      size_t first, size_t count, size_t k, void *out,
		      float *scale, int32_t *sums);
	/* rowwise.h, of rows[count][n] */
	void (*function)(enum linear_function f, float *x, size_t stride,
			 size_t count, size_t n);
	void (*gradient)(enum linear_function f, const float *x,
			 const float *dy, float *dx, size_t n);
	/* x = exp(x - max x); returns their sum. near: within 1.2e-4 of their
	 * values, for what is rounded to bfloat16 then. */
	float (*exponentials)(float *x, size_t n, bool near);
	/* The exponentials (near in bf16) of count rows of n scores, and their sums, laid out
	 * as rows of a product; the scores are lost. */
	void (*score_rows)(enum linear_precision p, float *scores,
			   size_t stride, size_t count, size_t n, void *out,
			   float *sums);
	void (*scale)(float *x, float a, size_t n);
	void (*add)(float *x, const float *y, size_t n);
	void (*norm)(const float *x, size_t n, const float *gain,
		     const float *bias, float eps, float *y,
		     float statistics[2]);
	/* Rows [rows][n]: x = norm of x + y. */
	void (*add_norm)(float *x, const float *y, size_t rows, size_t n,
			 const float *gain, const float *bias, float eps);
};

/* The fastest this processor can run: one of few constants. */
const struct kernels *kernels_best(void);
/* Variant i of those this processor can run, from the plainest; NULL behind
 * the last. */
const struct kernels *kernels_variant(size_t i);

#endif
