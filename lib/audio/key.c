/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/key.h"

#include <math.h>

#define FLAT 1e-6 /* variance of a profile scaled to mean 1 */

#define SETS 2

/* [set][mode], tonic first; mode 0 minor, 1 major. Their correlations are
 * averaged: each set errs on other music.
 * 1. Krumhansl & Kessler's probe-tone ratings, "Tracing the dynamic changes in
 *    perceived tonal organization in a spatial representation of musical keys",
 *    Psychological Review 89(4), 1982.
 * 2. How often a segment in a key holds each scale degree, Kostka-Payne corpus:
 *    Temperley, "Music and Probability", MIT Press 2007, table 6.1. */
static const double profiles[SETS][2][CHROMA_BINS] = {
	{
	    { 6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34,
	      3.17 },
	    { 6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29,
	      2.88 },
	},
	{
	    { .712, .084, .474, .618, .049, .460, .105, .747, .404, .067, .133,
	      .330 },
	    { .748, .060, .488, .082, .670, .460, .096, .715, .104, .366, .057,
	      .400 },
	},
};

static double correlation(const double *chroma, const double *key, int tonic)
{
	double a = 0, b = 0, aa = 0, bb = 0, ab = 0;

	for (int i = 0; i < CHROMA_BINS; i++) {
		a += chroma[i] / CHROMA_BINS;
		b += key[i] / CHROMA_BINS;
	}
	for (int i = 0; i < CHROMA_BINS; i++) {
		double x = chroma[(i + tonic) % CHROMA_BINS] - a;
		double y = key[i] - b;

		aa += x * x;
		bb += y * y;
		ab += x * y;
	}
	return aa > FLAT * a * a ? ab / sqrt(aa * bb) : -1;
}

void key_estimate(const double profile[CHROMA_BINS], struct key *out)
{
	double sum = 0;

	*out = (struct key){ -1, 0, -1 };
	for (int i = 0; i < CHROMA_BINS; i++)
		sum += profile[i];
	if (!(sum > 0))
		return;
	for (int mode = 1; mode >= 0; mode--)
		for (int tonic = 0; tonic < CHROMA_BINS; tonic++) {
			double r = 0;

			for (int s = 0; s < SETS; s++)
				r += correlation(profile, profiles[s][mode],
						 tonic) /
				     SETS;
			if (r > out->strength)
				*out = (struct key){ tonic, mode, r };
		}
}
