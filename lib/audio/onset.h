/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Onsets: the moments where notes begin.
 */
#ifndef MOODPIPE_ONSET_H
#define MOODPIPE_ONSET_H

#include "audio/mfcc.h"

/* Onset strength per frame, dB: the mean over mel bands of their rise since
 * the frame before, moved by half a window as librosa 0.10's onset_strength
 * does. db is [frames][MEL_BANDS], mel_to_db's. */
void onset_strength(const float *db, size_t frames, float *strength);

/* Onsets per second: local maxima of the strength that stand out of their
 * surroundings, at least 50 ms apart (Bock, Krebs & Schedl, ISMIR 2012, the
 * peak picking). */
double onset_rate(const float *strength, size_t frames);

#endif
