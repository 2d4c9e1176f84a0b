/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernels of rowwise.h, one set per variant; for kernels.c alone, which
 * knows what the processor can. All give the same bits.
 */
#ifndef MOODPIPE_ROWKERNELS_H
#define MOODPIPE_ROWKERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "math/linear.h"

/* log2 e, and the least power of two that is not subnormal */
#define ROWKERNELS_LOG2_E 0x1.715476p0f
#define ROWKERNELS_LEAST (-126.0f)

#define ROWKERNELS_DECLARE(variant)                                            \
	void rowkernels_function_##variant(enum linear_function f, float *x,   \
					   size_t stride, size_t count,        \
					   size_t n);                          \
	void rowkernels_gradient_##variant(enum linear_function f,             \
					   const float *x, const float *dy,    \
					   float *dx, size_t n);               \
	float rowkernels_exponentials_##variant(float *x, size_t n,            \
						bool near);                    \
	void rowkernels_scale_##variant(float *x, float a, size_t n);          \
	void rowkernels_add_##variant(float *x, const float *y, size_t n);     \
	void rowkernels_norm_##variant(                                        \
	    const float *x, size_t n, const float *gain, const float *bias,    \
	    float eps, float *y, float statistics[2]);                         \
	void rowkernels_add_norm_##variant(                                    \
	    float *x, const float *y, size_t rows, size_t n,                   \
	    const float *gain, const float *bias, float eps);

ROWKERNELS_DECLARE(c)
#if defined(__x86_64__)
ROWKERNELS_DECLARE(avx2)
ROWKERNELS_DECLARE(avx512)
#endif

#endif
