/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/delta.h"

#include <string.h>

#define HALF (DELTA_WIDTH / 2)

static float slope(const float *v)
{
	double sum = 0, squares = 0;

	for (int i = -HALF; i <= HALF; i++) {
		sum += i * (double)v[HALF + i];
		squares += i * i;
	}
	return (float)(sum / squares);
}

void delta_series(const float *v, size_t n, float *out)
{
	memset(out, 0, n * sizeof(*out));
	if (n < DELTA_WIDTH)
		return;
	for (size_t t = 0; t < n; t++) {
		size_t from = t < HALF ? 0 : t - HALF;

		if (from > n - DELTA_WIDTH)
			from = n - DELTA_WIDTH;
		out[t] = slope(v + from);
	}
}
