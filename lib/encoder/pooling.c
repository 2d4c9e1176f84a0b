/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/pooling.h"

#include <math.h>

#include "math/rowwise.h"
#include "math/vector.h"

size_t pooling_dim(unsigned modes, size_t hidden)
{
	size_t n = 0;

	for (; modes; modes &= modes - 1)
		n += hidden;
	return n;
}

static void pool_max(const float *x, size_t tokens, size_t n, float *out)
{
	memcpy(out, x, n * sizeof(*out));
	for (size_t t = 1; t < tokens; t++)
		for (size_t i = 0; i < n; i++)
			out[i] = x[t * n + i] > out[i] ? x[t * n + i] : out[i];
}

static void pool_sum(const float *x, size_t tokens, size_t n, float *out)
{
	memcpy(out, x, n * sizeof(*out));
	for (size_t t = 1; t < tokens; t++)
		rowwise_add(out, x + t * n, n);
}

/* Token t, of those that count, is the (skip + t + 1)th. */
static void pool_weighted(const float *x, size_t tokens, size_t n, size_t skip,
			  float *out)
{
	float sum = 0;

	memset(out, 0, n * sizeof(*out));
	for (size_t t = 0; t < tokens; t++) {
		float weight = (float)(skip + t + 1);

		vector_axpy(out, weight, x + t * n, n);
		sum += weight;
	}
	vector_scale(out, 1 / sum, n);
}

void pooling_apply(unsigned modes, const float *states, size_t tokens,
		   size_t hidden, size_t skip, float *out)
{
	const float *counted;
	size_t n;

	if (skip >= tokens)
		skip = tokens - 1;
	counted = states + skip * hidden;
	n = tokens - skip;
	if (modes & POOLING_CLS) {
		memcpy(out, states, hidden * sizeof(*out));
		out += hidden;
	}
	if (modes & POOLING_MAX) {
		pool_max(counted, n, hidden, out);
		out += hidden;
	}
	if (modes & POOLING_MEAN) {
		pool_sum(counted, n, hidden, out);
		vector_scale(out, 1 / (float)n, hidden);
		out += hidden;
	}
	if (modes & POOLING_MEAN_SQRT) {
		pool_sum(counted, n, hidden, out);
		vector_scale(out, 1 / sqrtf((float)n), hidden);
		out += hidden;
	}
	if (modes & POOLING_WEIGHTED) {
		pool_weighted(counted, n, hidden, skip, out);
		out += hidden;
	}
	if (modes & POOLING_LAST)
		memcpy(out, counted + (n - 1) * hidden, hidden * sizeof(*out));
}
