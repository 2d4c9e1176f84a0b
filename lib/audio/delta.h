/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slopes of a series: at each frame that of the least-squares line through
 * DELTA_WIDTH frames around it, sum of i (v[t + i] - v[t - i]) over twice the
 * sum of squares, i = 1 to 4: the delta features of Furui (IEEE TASSP 34,
 * 1986), as librosa 0.10's feature.delta with its defaults (Savitzky-Golay of
 * width 9 and order 1, mode interp).
 */
#ifndef MOODPIPE_DELTA_H
#define MOODPIPE_DELTA_H

#include <stddef.h>

#define DELTA_WIDTH 9

/* Per frame, [n] from [n], which do not overlap; the ends take the slope of the
 * line through the first (last) DELTA_WIDTH frames. All 0 where n <
 * DELTA_WIDTH. */
void delta_series(const float *v, size_t n, float *out);

#endif
