/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/rowwise.h"

#include "math/kernels.h"

void rowwise_function(enum linear_function f, float *x, size_t n)
{
	kernels_best()->function(f, x, n, 1, n);
}

void rowwise_gradient(enum linear_function f, const float *x, const float *dy,
		      float *dx, size_t n)
{
	kernels_best()->gradient(f, x, dy, dx, n);
}

void rowwise_softmax(float *x, size_t n)
{
	const struct kernels *k = kernels_best();

	k->scale(x, 1 / k->exponentials(x, n, false), n);
}

void rowwise_norm(const float *x, size_t n, const float *gain,
		  const float *bias, float eps, float *y, float statistics[2])
{
	kernels_best()->norm(x, n, gain, bias, eps, y, statistics);
}

void rowwise_add_norm(float *x, const float *y, size_t rows, size_t n,
		      const float *gain, const float *bias, float eps)
{
	kernels_best()->add_norm(x, y, rows, n, gain, bias, eps);
}

void rowwise_add(float *x, const float *y, size_t n)
{
	kernels_best()->add(x, y, n);
}
