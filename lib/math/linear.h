/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A linear layer applied, y = f(x W^T + b), its weights laid out once for the
 * processor's kernels, in one of three precisions:
 *
 *   f32   summed from b on as matmul.h says
 *   bf16  weights and x rounded to bfloat16, sums in f32, as matmul_bf16 does
 *   int8  weights in int8 with a scale for each output, x in eight bits with a
 *         scale and a zero for each row (found from that row alone), sums exact
 *         in int32. A row that is not finite gives NaN.
 *
 * In all three a row of y depends on its row of x alone: never on the rows
 * beside it, on the thread, or (f32 and int8) on the processor. Kernels:
 * AVX-512 with VNNI and BF16, AVX2, plain C.
 */
#ifndef MOODPIPE_LINEAR_H
#define MOODPIPE_LINEAR_H

#include <stddef.h>

enum linear_precision { LINEAR_F32, LINEAR_BF16, LINEAR_INT8 };
enum linear_function { /* f */
		       LINEAR_IDENTITY,
		       LINEAR_GELU,      /* by erf, within 1e-6 */
		       LINEAR_GELU_NEAR, /* within 2.1e-3: int8 takes it for GELU */
		       LINEAR_GELU_TANH, /* its approximation by tanh */
		       LINEAR_RELU,
		       LINEAR_TANH,
		       LINEAR_SILU,
};

struct kernels; /* kernels.h */
struct largepages;

struct linear; /* read-only once set: any thread */
/* in, out > 0; weights and bias begin as zeros. With more than LINEAR_INT8_MAX
 * inputs, whose sums int32 might not hold, int8 becomes bf16. */
#define LINEAR_INT8_MAX 65536
struct linear *linear_new(size_t in, size_t out, enum linear_precision p);
/* The same in memory of m, which must outlive it. */
struct linear *linear_new_in(struct largepages *m, size_t in, size_t out,
			     enum linear_precision p);
void linear_free(struct linear *l);
/* Outputs first to first + n: weights [n][in] and bias [n] (NULL: zeros). */
void linear_set(struct linear *l, size_t first, size_t n, const float *weights,
		const float *bias);
/* What is applied after l, which must live as long: its first weights are
 * fetched meanwhile. */
void linear_before(struct linear *l, const struct linear *next);
size_t linear_in(const struct linear *l);
size_t linear_out(const struct linear *l);

struct linear_work { /* of one thread; zeroed is empty */
	void *rows;
	size_t cap;
	const struct kernels *kernels; /* NULL: the processor's fastest */
};
void linear_work_release(struct linear_work *w);

/* y[rows][out], row i at y + i * y_stride, of x[rows][in], row i at x + i *
 * x_stride. They do not overlap. */
void linear_apply(const struct linear *l, struct linear_work *w, const float *x,
		  size_t x_stride, size_t rows, enum linear_function f,
		  float *y, size_t y_stride);

#endif
