/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What networks do to rows of floats besides multiplying them. Elements are
 * summed in an order that n alone decides; results are the same bits in all
 * variants of the kernels, for any thread.
 */
#ifndef MOODPIPE_ROWWISE_H
#define MOODPIPE_ROWWISE_H

#include <stddef.h>

#include "math/linear.h"

/* x = f(x), elementwise. */
void rowwise_function(enum linear_function f, float *x, size_t n);
/* dx[i] = dy[i] f'(x[i]), with x from before f; dx may be dy. */
void rowwise_gradient(enum linear_function f, const float *x, const float *dy,
		      float *dx, size_t n);

/* x = exp(x - max x) / sum of these. */
void rowwise_softmax(float *x, size_t n);
/* y = (x - mean) / sqrt(variance + eps) * gain + bias; y may be x. statistics:
 * NULL, or becomes the mean and 1 / sqrt(variance + eps), which a gradient
 * takes. Ba, Kiros & Hinton 2016. */
void rowwise_norm(const float *x, size_t n, const float *gain,
		  const float *bias, float eps, float *y, float statistics[2]);
/* Rows [rows][n]: x = rowwise_norm of x + y. */
void rowwise_add_norm(float *x, const float *y, size_t rows, size_t n,
		      const float *gain, const float *bias, float eps);
/* x += y. */
void rowwise_add(float *x, const float *y, size_t n);

#endif
