/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/delta.h"

#include <string.h>

#define HALF (DELTA_WIDTH / 2)
#define SQUARES 60 /* 2 (1 + 4 + 9 + 16) */

_Static_assert(DELTA_WIDTH == 9, "the sum of squares");

/* Of the least-squares line through the DELTA_WIDTH values around v[0]. */
static float slope(const float *v)
{
	float sum = 0;

	for (int i = 1; i <= HALF; i++)
		sum += (float)i * (v[i] - v[-i]);
	return sum / SQUARES;
}

void delta_series(const float *v, size_t n, float *out)
{
	if (n < DELTA_WIDTH) {
		memset(out, 0, n * sizeof(*out));
		return;
	}
	for (size_t t = HALF; t < n - HALF; t++)
		out[t] = slope(v + t);
	for (size_t i = 0; i < HALF; i++) {
		out[i] = out[HALF];
		out[n - 1 - i] = out[n - 1 - HALF];
	}
}
