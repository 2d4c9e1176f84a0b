/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sensory dissonance of the partials that sound together: the roughness of
 * their pairs after Plomp & Levelt (JASA 38, 1965), by the curve that Sethares
 * fitted (JASA 94, 1993; Tuning, Timbre, Spectrum, Scale, 2nd ed. 2005). Two
 * sines of f and g > f Hz are as rough as
 *
 *	exp(-3.51 x) - exp(-5.75 x),  x = 0.24 (g - f) / (0.0207 f + 18.96)
 *
 * here over its maximum, which a quarter of a critical band reaches. A pair
 * counts by the weaker amplitude of the two, which is that of its beating (the
 * book's form; the paper took the product). Sethares adds the pairs up; here
 * it is their weighted mean, which neither level nor the number of partials
 * changes by itself.
 */
#ifndef MOODPIPE_DISSONANCE_H
#define MOODPIPE_DISSONANCE_H

#include <stddef.h>

#define DISSONANCE_PARTIALS 20 /* the strongest, and those as strong */

struct peak {
	double hz;
	double strength; /* amplitude of any scale, more than 0 */
};

/* 0 (no two partials near each other) to 1 (all of them as rough as two can
 * be); 0 of fewer than two. peaks: rising in frequency, kept. */
double dissonance_of(const struct peak *peaks, size_t count);

#endif
