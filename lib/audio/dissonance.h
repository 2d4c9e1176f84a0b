/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sensory dissonance of the partials that sound together: the roughness of all
 * their pairs after Plomp & Levelt (JASA 38, 1965), by the curve of Sethares
 * (Tuning, Timbre, Spectrum, Scale, 2005).
 */
#ifndef MOODPIPE_DISSONANCE_H
#define MOODPIPE_DISSONANCE_H

#include <stddef.h>

struct peak {
	double hz;
	double strength; /* amplitude, the frame's strongest at 1 */
};

/* 0 (no two partials near each other) to 1 (all of them as rough as two can
 * be): the mean roughness of a pair, weighted by the product of strengths, of
 * the strongest peaks; 0 of fewer than two. peaks: rising in frequency, kept.
 */
double dissonance_of(const struct peak *peaks, size_t count);

#endif
