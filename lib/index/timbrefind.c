/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/timbrefind.h"

#include <math.h>

struct axes { /* that matter */
	int axis[TIMBRE_AXES], count;
	float want[TIMBRE_AXES]; /* [0, 100] */
};

static struct axes axes_of(const float want[TIMBRE_AXES])
{
	struct axes a = { .count = 0 };

	for (int k = 0; k < TIMBRE_AXES; k++)
		if (isfinite(want[k])) {
			a.axis[a.count] = k;
			a.want[a.count++] = 100 * want[k];
		}
	return a;
}

/* The sum of squares; negative: an axis is not known. */
static float difference2(const struct axes *a, const uint8_t *timbre)
{
	float sum = 0;

	for (int i = 0; i < a->count; i++) {
		float d = (float)timbre[a->axis[i]] - a->want[i];

		if (timbre[a->axis[i]] == TIMBRE_NONE)
			return -1;
		sum += d * d;
	}
	return sum;
}

static float score(const struct axes *a, float sum)
{
	return -sqrtf(sum / (float)a->count) / 100;
}

size_t timbrefind(const struct generation *g, const float want[TIMBRE_AXES],
		  const uint8_t *allowed, size_t k, struct topk_item *out)
{
	struct axes a = axes_of(want);
	struct topk best = { out, 0, k };
	size_t n;

	if (!g->timbre || !a.count || !k)
		return 0;
	for (size_t i = 0; i < g->count; i++) {
		float sum;

		if (allowed && !allowed[i])
			continue;
		sum = difference2(&a, g->timbre + i * TIMBRE_AXES);
		if (sum >= 0)
			topk_offer(&best, -sum, (uint32_t)i);
	}
	n = topk_sort(&best);
	for (size_t i = 0; i < n; i++)
		out[i].score = score(&a, -out[i].score);
	return n;
}
