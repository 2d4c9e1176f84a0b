/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/tails.h"

#include <math.h>

#define LAG 4       /* frames */
#define REACH 25.0f /* dB below the loudest */
#define LEAST 20    /* falls of a band */
#define STEPS_PER_DB 4
#define STEPS 321  /* MEL_RANGE, and one */
#define QUIET 0.05 /* of the frames */

_Static_assert(STEPS == (int)MEL_RANGE * STEPS_PER_DB + 1, "all levels");

static float loudest(const float *levels, size_t frames)
{
	float most = levels[0];

	for (size_t t = 1; t < frames; t++)
		most = fmaxf(most, levels[t * MODULATION_BANDS]);
	return most;
}

double tails_decay(const float *levels, size_t frames)
{
	double sum = 0;
	int bands = 0;

	for (int b = 0; b < MODULATION_BANDS; b++) {
		const float *v = levels + b;
		float least;
		double fall = 0;
		size_t falls = 0;

		if (frames <= LAG)
			break;
		least = loudest(v, frames) - REACH;
		for (size_t t = 0; t + LAG < frames; t++) {
			float now = v[t * MODULATION_BANDS];
			float later = v[(t + LAG) * MODULATION_BANDS];

			if (now <= least || later >= now)
				continue;
			fall += (double)(now - later);
			falls++;
		}
		if (falls < LEAST)
			continue;
		sum += fall / (double)falls;
		bands++;
	}
	return bands ? sum / bands * STFT_FRAME_RATE / LAG : NAN;
}

/* Levels in steps above the floor; those at it do not count. */
static size_t count_levels(const float *levels, size_t frames, float floor,
			   unsigned counts[STEPS])
{
	size_t n = 0;

	for (int i = 0; i < STEPS; i++)
		counts[i] = 0;
	for (size_t t = 0; t < frames; t++) {
		float above = levels[t * MODULATION_BANDS] - floor;
		int step = (int)(above * STEPS_PER_DB);

		if (above <= 0)
			continue;
		counts[step < STEPS ? step : STEPS - 1]++;
		n++;
	}
	return n;
}

static double quantile(const unsigned counts[STEPS], size_t n, double q)
{
	double left = q * (double)n;
	int i = 0;

	while (i < STEPS - 1 && left >= (double)counts[i])
		left -= (double)counts[i++];
	return (double)i / STEPS_PER_DB;
}

double tails_depth(const float *levels, size_t frames)
{
	float floor = INFINITY, top = -INFINITY;
	unsigned counts[STEPS];
	double sum = 0;
	int bands = 0;

	for (size_t i = 0; i < frames * MODULATION_BANDS; i++) {
		floor = fminf(floor, levels[i]);
		top = fmaxf(top, levels[i]);
	}
	floor = fmaxf(floor, top - (float)MEL_RANGE);
	for (int b = 0; b < MODULATION_BANDS; b++) {
		size_t n = count_levels(levels + b, frames, floor, counts);

		if (n < LEAST)
			continue;
		sum += quantile(counts, n, 0.5) - quantile(counts, n, QUIET);
		bands++;
	}
	return bands ? sum / bands : NAN;
}
