/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/condition.h"

#include <math.h>
#include <stdbool.h>

#include "audio/decode.h"

#define BLOCK 1024

/* The deviation within blocks is a part of the whole: most sounds show by
 * their first blocks that they are none of silence. */
static bool silent(const float *x, size_t n)
{
	double limit = CONDITION_SILENCE * CONDITION_SILENCE * (double)n;
	double sum = 0, squares = 0, within = 0;

	for (size_t i = 0; i < n && within <= limit;) {
		size_t end = n - i < BLOCK ? n : i + BLOCK, start = i;
		double s = 0, q = 0;

		for (; i < end; i++) {
			s += x[i];
			q += (double)x[i] * x[i];
		}
		sum += s;
		squares += q;
		within += q - s * s / (double)(end - start);
	}
	return within <= limit && squares - sum * sum / (double)n <= limit;
}

static bool sounds(const float *x, size_t n)
{
	double squares = 0;

	for (size_t i = 0; i < n; i++)
		squares += (double)x[i] * x[i];
	return squares > (double)n * CONDITION_SILENCE * CONDITION_SILENCE;
}

/* FEAT_CLICKS: nothing but isolated clicks; gives up at the first sound that
 * lasts. At both ends they are what resampling leaves of a sound above its
 * range that begins and ends there: FEAT_SILENT. */
static enum feat_status clicks(const float *x, size_t n, double rate)
{
	size_t window = (size_t)lrint(rate / 100), run = 0, count = 0;
	size_t longest = (size_t)lrint(CONDITION_CLICK * 100);
	size_t edge = longest * window, inside = 0;

	for (size_t i = 0; i < n; i += window) {
		if (!sounds(x + i, n - i < window ? n - i : window)) {
			run = 0;
			continue;
		}
		count += run == 0;
		inside += i >= edge && i + edge < n;
		if (++run > longest)
			return FEAT_OK;
	}
	if (!inside)
		return FEAT_SILENT;
	return (double)count < CONDITION_CLICK_RATE * (double)n / rate
		   ? FEAT_CLICKS
		   : FEAT_OK;
}

enum feat_status condition_of(const struct sound *s, double rate)
{
	const struct samples *x = &s->mono;
	enum feat_status status;

	if (silent(x->v, x->count))
		return fabs(s->offset) > CONDITION_SILENCE ? FEAT_CONSTANT
							   : FEAT_SILENT;
	status = clicks(x->v, x->count, rate);
	if (status != FEAT_OK)
		return status;
	if (s->partial)
		return FEAT_PARTIAL;
	if (s->clipped > CONDITION_CLIPPED)
		return FEAT_CLIPPED;
	return fabs(s->offset) > 0 ? FEAT_OFFSET : FEAT_OK;
}
