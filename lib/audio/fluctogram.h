/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Partials that glide, as voices do and keys do not. After the fluctogram of
 * Sonnleitner, Niedermayer, Widmer & Schlueter (DAFx 2012) and Lehner, Widmer
 * & Sonnleitner (ICASSP 2014), here on mel bands.
 */
#ifndef MOODPIPE_FLUCTOGRAM_H
#define MOODPIPE_FLUCTOGRAM_H

#include "audio/mfcc.h"

/* Each frame's dB less their mean over nine bands is compared with those two
 * frames (46 ms) later, in eleven overlapping windows of sixteen bands from 0.6
 * to 8 kHz, moved by -2 to 2 bands: where the best of the five correlates
 * above 0.7 and the window is not flat (4 dB rms) a partial goes on. Returns
 * the share of those that moved, [0, 1]; NaN where fewer than one in a hundred
 * windows has any. */
double fluctogram_glide(const float *db, size_t frames);

#endif
