/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Products of float matrices. Every element is summed over k in ascending
 * order, each step one fused multiply-add: a row of the result depends on its
 * own row of a and on b, never on how many rows stand beside it, on the thread
 * or on the processor. For x86-64 with AVX-512 or AVX2 and FMA the kernels are
 * written out; elsewhere plain C with fmaf().
 */
#ifndef MOODPIPE_MATMUL_H
#define MOODPIPE_MATMUL_H

#include <stdbool.h>
#include <stddef.h>

struct matrix { /* a view of floats: row i begins at p + i * stride */
	const float *p;
	size_t stride;
	bool transposed; /* stored the other way round: [columns][rows] */
};

struct kernels; /* kernels.h; NULL: the fastest of this processor */

/* Scratch of one thread, grown as needed; zeroed is empty. */
struct matmul_work {
	float *packed;
	size_t cap;
	const struct kernels *kernels;
};
void matmul_work_release(struct matmul_work *w);

/* c[m][n] = a[m][k] b[k][n], or with add c += a b, which begins the sum with
 * c; row i of c begins at c + i * stride. c overlaps neither. */
void matmul(struct matmul_work *w, float *c, size_t stride, bool add,
	    struct matrix a, struct matrix b, size_t m, size_t n, size_t k);
/* The same of a and b rounded to bfloat16 (nearest even), twice as fast where
 * the processor has it; two terms of the sum, k even and odd, at a time.
 * Subnormals count as zero. The same bits for any number of rows and threads;
 * between processors sums may differ in their last bits. */
void matmul_bf16(struct matmul_work *w, float *c, size_t stride, bool add,
		 struct matrix a, struct matrix b, size_t m, size_t n,
		 size_t k);

/* Either, on several threads; work is [threads]. The same bits. */
void matmul_threads(struct matmul_work *work, int threads, bool bf16, float *c,
		    size_t stride, bool add, struct matrix a, struct matrix b,
		    size_t m, size_t n, size_t k);

#endif
