/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encoder/relativeplace.h"

#include <math.h>

#define MPNET_FARTHEST 128

static size_t magnitude(ptrdiff_t d)
{
	return (size_t)(d < 0 ? -d : d);
}

/* x as an index, where damaged configurations may have led anywhere. */
static size_t whole(float x, size_t most)
{
	return x > 0 ? x < (float)most ? (size_t)x : most : 0;
}

size_t relativeplace_mpnet(ptrdiff_t distance, size_t buckets)
{
	size_t half = buckets / 2, exact = half / 2, n = magnitude(distance);
	size_t side = distance > 0 ? half : 0;
	float far;

	if (n < exact || !exact)
		return side + (exact ? n : 0);
	far = logf((float)n / (float)exact) /
	      (float)log((double)MPNET_FARTHEST / (double)exact) *
	      (float)(half - exact);
	n = exact + whole(far, half);
	return side + (n < half ? n : half - 1);
}

size_t relativeplace_span(const struct encoder_config *c)
{
	return c->buckets ? c->buckets : c->relative_max;
}

size_t relativeplace_deberta(const struct encoder_config *c, ptrdiff_t distance)
{
	size_t span = relativeplace_span(c), n = magnitude(distance);
	size_t mid = c->buckets / 2;

	if (mid && n > mid) {
		float most =
		    (float)((double)(c->relative_max - 1) / (double)mid);

		n = mid + whole(ceilf(logf((float)n / (float)mid) / logf(most) *
				      (float)(mid - 1)),
				2 * span);
	}
	if (distance < 0)
		return n < span ? span - n : 0;
	return n < span ? span + n : 2 * span - 1;
}
