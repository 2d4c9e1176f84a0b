/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/lsa.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "math/algebra.h"
#include "math/matmul.h"
#include "math/random.h"

/* The subspace is cut into slices of SLICE columns, stored one after another:
 * [slices][cols][SLICE]. */
enum { SLICE = 32, OVERSAMPLING = 32, BLOCK = 512, PARTS = 16 };

struct lsa {
	const struct lsa_matrix *x;
	size_t cols, slices, width; /* width = slices * SLICE */
	float *q, *y;
	double *parts;      /* [PARTS][width][width] */
	const double *turn; /* [width][width] */
	const float *left, *right;
	float *out;
	uint64_t seed;
	int threads;
};

typedef float slice[SLICE];

static float *at(const struct lsa *l, float *m, size_t s, size_t col)
{
	return m + (s * l->cols + col) * SLICE;
}

static void fill_random(void *ctx, size_t s, int thread)
{
	struct lsa *l = ctx;
	struct random r;
	size_t i, n = l->cols * SLICE;
	float *q = at(l, l->q, s, 0);

	(void)thread;
	random_seed(&r, l->seed, s);
	for (i = 0; i < n; i++)
		q[i] = (float)random_normal(&r);
}

/* The dense rows' part of a slice of x' (x q), added to y. */
static void multiply_dense(const struct lsa_matrix *x, const float *q, float *y)
{
	size_t n = x->dense_cols, rows = x->dense_rows, i, k;
	float *some = mem_alloc(n * sizeof(slice));
	float *z = mem_alloc(rows * sizeof(slice));
	struct matrix xt = { x->dense, rows, false };
	struct matrix dense = { x->dense, rows, true };
	struct matmul_work w = { 0 };

	for (i = 0; i < n; i++)
		memcpy(some + i * SLICE, q + (size_t)x->dense_index[i] * SLICE,
		       sizeof(slice));
	matmul(&w, z, SLICE, false, dense,
	       (struct matrix){ some, SLICE, false }, rows, SLICE, n);
	matmul(&w, some, SLICE, false, xt, (struct matrix){ z, SLICE, false },
	       n, SLICE, rows);
	for (i = 0; i < n; i++)
		for (k = 0; k < SLICE; k++)
			y[(size_t)x->dense_index[i] * SLICE + k] +=
			    some[i * SLICE + k];
	matmul_work_release(&w);
	free(some);
	free(z);
}

/* One slice of y = x' (x q). */
static void multiply(void *ctx, size_t s, int thread)
{
	struct lsa *l = ctx;
	const struct lsa_matrix *x = l->x;
	const float *q = at(l, l->q, s, 0);
	float *y = at(l, l->y, s, 0);
	size_t row, i, k;

	(void)thread;
	memset(y, 0, l->cols * sizeof(slice));
	for (row = 0; row < x->rows; row++) {
		slice z = { 0 };

		for (i = x->start[row]; i < x->start[row + 1]; i++) {
			const float *from = q + (size_t)x->index[i] * SLICE;
			float v = x->value[i];

			for (k = 0; k < SLICE; k++)
				z[k] += v * from[k];
		}
		for (i = x->start[row]; i < x->start[row + 1]; i++) {
			float *to = y + (size_t)x->index[i] * SLICE;
			float v = x->value[i];

			for (k = 0; k < SLICE; k++)
				to[k] += v * z[k];
		}
	}
	if (x->dense_cols)
		multiply_dense(x, q, y);
}

/* Rows [from, to) of a sliced matrix as doubles, [to - from][width]. */
static void gather(const struct lsa *l, const float *m, size_t from, size_t to,
		   double *out)
{
	size_t s, i, k;

	for (s = 0; s < l->slices; s++)
		for (i = from; i < to; i++) {
			const float *p = m + (s * l->cols + i) * SLICE;
			double *o = out + (i - from) * l->width + s * SLICE;

			for (k = 0; k < SLICE; k++)
				o[k] = p[k];
		}
}

/* Part p of left' right: a fixed share of the rows, block by block. */
static void cross_part(void *ctx, size_t p, int thread)
{
	struct lsa *l = ctx;
	size_t w = l->width, from = l->cols * p / PARTS, i, j;
	size_t end = l->cols * (p + 1) / PARTS;
	double *a = mem_alloc(BLOCK * w * sizeof(*a));
	double *b = mem_alloc(BLOCK * w * sizeof(*b));
	double *sum = l->parts + p * w * w, *c = mem_zalloc(w * w, sizeof(*c));

	(void)thread;
	memset(sum, 0, w * w * sizeof(*sum));
	for (i = from; i < end; i += BLOCK) {
		size_t n = end - i < BLOCK ? end - i : BLOCK;

		gather(l, l->left, i, i + n, a);
		gather(l, l->right, i, i + n, b);
		algebra_gemm(c, a, true, b, false, w, w, n);
		for (j = 0; j < w * w; j++)
			sum[j] += c[j];
	}
	free(a);
	free(b);
	free(c);
}

/* out[width][width] = left' right, made symmetric. */
static void cross(struct lsa *l, const float *left, const float *right,
		  double *out)
{
	size_t w = l->width, p, i, j;

	l->left = left;
	l->right = right;
	parallel_for(l->threads, PARTS, cross_part, l);
	memset(out, 0, w * w * sizeof(*out));
	for (p = 0; p < PARTS; p++)
		for (i = 0; i < w * w; i++)
			out[i] += l->parts[p * w * w + i];
	for (i = 0; i < w; i++)
		for (j = i; j < w; j++)
			out[i * w + j] = out[j * w + i] =
			    (out[i * w + j] + out[j * w + i]) / 2;
}

/* A share of the rows of right, times turn', into out (sliced as well). */
static void turn_part(void *ctx, size_t p, int thread)
{
	struct lsa *l = ctx;
	size_t w = l->width, from = l->cols * p / PARTS, i, j, s, k;
	size_t end = l->cols * (p + 1) / PARTS;
	double *a = mem_alloc(BLOCK * w * sizeof(*a));
	double *b = mem_alloc(BLOCK * w * sizeof(*b));

	(void)thread;
	for (i = from; i < end; i += BLOCK) {
		size_t n = end - i < BLOCK ? end - i : BLOCK;

		gather(l, l->right, i, i + n, a);
		algebra_gemm(b, a, false, l->turn, true, n, w, w);
		for (s = 0; s < l->slices; s++)
			for (j = 0; j < n; j++)
				for (k = 0; k < SLICE; k++)
					at(l, l->out, s, i + j)[k] =
					    (float)b[j * w + s * SLICE + k];
	}
	free(a);
	free(b);
}

/* q = an orthonormal basis of y's columns; of lower rank: zeros behind. */
static int orthonormalise(struct lsa *l, double *gram, double *values,
			  struct err *err)
{
	size_t w = l->width, i, j;

	cross(l, l->y, l->y, gram);
	if (algebra_eigen(gram, w, values, err))
		return -1;
	for (i = 0; i < w; i++) {
		double f = values[i] > 1e-10 * values[0] && values[i] > 0
			       ? 1 / sqrt(values[i])
			       : 0;

		for (j = 0; j < w; j++)
			gram[i * w + j] *= f;
	}
	l->turn = gram;
	l->right = l->y;
	l->out = l->q;
	parallel_for(l->threads, PARTS, turn_part, l);
	return 0;
}

/* Rayleigh-Ritz: within the span of q, the singular vectors themselves. */
static int ritz(struct lsa *l, double *gram, double *values, size_t rank,
		float *v, double *sigma, struct err *err)
{
	size_t w = l->width, i, j;

	parallel_for(l->threads, l->slices, multiply, l);
	cross(l, l->q, l->y, gram);
	if (algebra_eigen(gram, w, values, err))
		return -1;
	l->turn = gram;
	l->right = l->q;
	l->out = l->y;
	parallel_for(l->threads, PARTS, turn_part, l);
	for (j = 0; j < rank; j++) {
		bool there =
		    j < w && values[j] > 0 && values[j] > 1e-9 * values[0];

		sigma[j] = there ? sqrt(values[j]) : 0;
		for (i = 0; i < l->cols; i++)
			v[i * rank + j] =
			    there ? at(l, l->y, j / SLICE, i)[j % SLICE] : 0;
	}
	return 0;
}

static size_t width_of(size_t cols, size_t rank)
{
	size_t w = rank + OVERSAMPLING < cols ? rank + OVERSAMPLING : cols;

	return (w + SLICE - 1) / SLICE * SLICE;
}

size_t lsa_memory(size_t cols, size_t rank)
{
	size_t w = width_of(cols, rank);

	return 2 * cols * w * sizeof(float) +
	       (PARTS + 3) * w * w * sizeof(double);
}

int lsa_fit(const struct lsa_matrix *x, size_t rank, int iterations,
	    uint64_t seed, int threads, float *v, double *sigma,
	    struct err *err)
{
	struct lsa l = {
		.x = x, .cols = x->cols, .seed = seed, .threads = threads
	};
	double *gram, *values;
	int i, rc = 0;

	l.width = width_of(x->cols, rank);
	l.slices = l.width / SLICE;
	l.q = mem_zalloc(l.cols * l.width, sizeof(*l.q));
	l.y = mem_zalloc(l.cols * l.width, sizeof(*l.y));
	l.parts = mem_zalloc(PARTS * l.width * l.width, sizeof(*l.parts));
	gram = mem_zalloc(l.width * l.width, sizeof(*gram));
	values = mem_zalloc(l.width, sizeof(*values));
	parallel_for(threads, l.slices, fill_random, &l);
	for (i = 0; i < iterations && !rc; i++) {
		parallel_for(threads, l.slices, multiply, &l);
		rc = orthonormalise(&l, gram, values, err);
	}
	rc = rc ? rc : ritz(&l, gram, values, rank, v, sigma, err);
	free(l.q);
	free(l.y);
	free(l.parts);
	free(gram);
	free(values);
	return rc;
}
