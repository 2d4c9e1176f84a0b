/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Spectral contrast: how far the peaks of an octave stand above its valleys
 * (Jiang, Lu, Zhang, Tao & Cai, ICME 2002), here of mel bands in dB.
 */
#ifndef MOODPIPE_CONTRAST_H
#define MOODPIPE_CONTRAST_H

#include "audio/mfcc.h"

#define CONTRAST_BANDS 7 /* to 200 Hz, and the octaves from there */

/* dB, of one frame of mel_to_db's. */
void contrast_frame(const float db[MEL_BANDS], float out[CONTRAST_BANDS]);

#endif
