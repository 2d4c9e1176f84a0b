/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/dissonance.h"

#include <math.h>

#define STRONGEST 20 /* partials that are heard */

/* Sethares' fit to the curves of Plomp & Levelt; REACHED makes its maximum 1. */
#define WIDE 0.24
#define NARROW_HZ 0.0207
#define NARROW 18.96
#define RISE 3.51
#define FALL 5.75
#define REACHED 5.5364

static double roughness(const struct peak *low, const struct peak *high)
{
	double x = WIDE / (NARROW_HZ * low->hz + NARROW) * (high->hz - low->hz);

	return x > 2 ? 0 : REACHED * (exp(-RISE * x) - exp(-FALL * x));
}

/* The strength that STRONGEST peaks reach. */
static double threshold(const struct peak *peaks, size_t count)
{
	double most[STRONGEST];
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		double v = peaks[i].strength;
		size_t at = n < STRONGEST ? n++ : STRONGEST;

		if (at == STRONGEST) {
			if (v <= most[--at])
				continue;
		}
		for (; at > 0 && most[at - 1] < v; at--)
			most[at] = most[at - 1];
		most[at] = v;
	}
	return n ? most[n - 1] : 0;
}

double dissonance_of(const struct peak *peaks, size_t count)
{
	double least = threshold(peaks, count), sum = 0, pairs = 0;

	for (size_t i = 0; i < count; i++) {
		if (peaks[i].strength < least)
			continue;
		for (size_t j = i + 1; j < count; j++) {
			double w = peaks[i].strength * peaks[j].strength;

			if (peaks[j].strength < least)
				continue;
			sum += w * roughness(&peaks[i], &peaks[j]);
			pairs += w;
		}
	}
	return pairs > 0 ? sum / pairs : 0;
}
