/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/dissonance.h"

#include <math.h>

/* Sethares' constants; SCALE makes the maximum 1, at log(FALL / RISE) /
 * (FALL - RISE) = 0.22. */
#define ROUGHEST 0.24
#define BAND_SLOPE 0.0207
#define BAND_HZ 18.96
#define RISE 3.51
#define FALL 5.75
#define SCALE 5.5630816
#define FAR 4 /* from there on less than 1e-5 */

static double roughness(double low, double high)
{
	double x = ROUGHEST * (high - low) / (BAND_SLOPE * low + BAND_HZ);

	return x > FAR ? 0 : SCALE * (exp(-RISE * x) - exp(-FALL * x));
}

/* The strength that the strongest DISSONANCE_PARTIALS reach. */
static double threshold(const struct peak *peaks, size_t count)
{
	double most[DISSONANCE_PARTIALS];
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		double v = peaks[i].strength;
		size_t at = n;

		if (n < DISSONANCE_PARTIALS)
			n++;
		else if (v <= most[--at])
			continue;
		for (; at > 0 && most[at - 1] < v; at--)
			most[at] = most[at - 1];
		most[at] = v;
	}
	return n ? most[n - 1] : 0;
}

static double weaker(const struct peak *a, const struct peak *b)
{
	return a->strength < b->strength ? a->strength : b->strength;
}

double dissonance_of(const struct peak *peaks, size_t count)
{
	double least = threshold(peaks, count), sum = 0, weights = 0;

	for (size_t i = 0; i < count; i++) {
		if (peaks[i].strength < least)
			continue;
		for (size_t j = i + 1; j < count; j++) {
			double w = weaker(&peaks[i], &peaks[j]);

			if (peaks[j].strength < least)
				continue;
			sum += w * roughness(peaks[i].hz, peaks[j].hz);
			weights += w;
		}
	}
	return weights > 0 ? sum / weights : 0;
}
