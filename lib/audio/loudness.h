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

#define LOUDNESS_SIDE 1.41 /* weight of a loudspeaker at the side */

/* rate in Hz (at least 1000), channels at least 1. They are taken to be L R;
 * L R C; L R Ls Rs; L R C Ls Rs; L R C LFE Ls Rs; L R C LFE Cb Ls Rs; L R C
 * LFE Lb Rb Ls Rs; with more, all of them in front. BS.1770-4 weighs Ls and Rs
 * LOUDNESS_SIDE, LFE 0, all others 1. */
struct loudness *loudness_new(int rate, int channels);
/* Where the file says which channel is which: LOUDNESS_SIDE, 0 or 1, before
 * the first sample. */
void loudness_weigh(struct loudness *l, int channel, double weight);
void loudness_free(struct loudness *l);
/* Interleaved samples, [frames][channels], full scale = 1. Where there is one
 * that is no number, what came with it of that channel (100 ms at most) counts
 * as silence. */
void loudness_add(struct loudness *l, const float *samples, size_t frames);
/* Integrated loudness, LUFS; NaN where every block is under -70. */
double loudness_integrated(const struct loudness *l);
/* Loudness range, LU; NaN where there is no 3 s window above the gates. */
double loudness_range(const struct loudness *l);

#endif
