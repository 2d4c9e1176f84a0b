/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slopes of a series: regression over DELTA_WIDTH frames, the delta features of
 * Furui (IEEE TASSP 34, 1986), as librosa 0.10's feature.delta with its
 * defaults.
 */
#ifndef MOODPIPE_DELTA_H
#define MOODPIPE_DELTA_H

#include <stddef.h>

#define DELTA_WIDTH 9

/* Per frame, [n] from [n]; the ends take the slope of the line through the
 * first (last) DELTA_WIDTH frames. All 0 where n < DELTA_WIDTH. */
void delta_series(const float *v, size_t n, float *out);

#endif
