/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loudness after ITU-R BS.1770-4: K-weighting, 400 ms blocks every 100 ms,
 * gates at -70 LUFS and 10 LU under the mean; and loudness range after EBU
 * Tech 3342 (3 s windows, gates at -70 LUFS and -20 LU, 10th to 95th
 * percentile). A 1 kHz sine of full scale in one channel measures -3.01 LUFS;
 * a mono recording is one channel.
 */
#ifndef MOODPIPE_LOUDNESS_H
#define MOODPIPE_LOUDNESS_H

#include <stddef.h>

struct loudness;

/* rate in Hz (at least 1000), channels at least 1. Weights: 1; with 5 or 6
 * channels (L R C [LFE] Ls Rs) the surrounds 1.41 and the LFE 0. */
struct loudness *loudness_new(int rate, int channels);
void loudness_free(struct loudness *l);
/* Interleaved samples, [frames][channels], full scale = 1. */
void loudness_add(struct loudness *l, const float *samples, size_t frames);
/* Integrated loudness, LUFS; NaN where every block is under -70. */
double loudness_integrated(const struct loudness *l);
/* Loudness range, LU; NaN where there is no 3 s window above the gates. */
double loudness_range(const struct loudness *l);

#endif
