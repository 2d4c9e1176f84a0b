/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mel bands and mel-frequency cepstral coefficients as librosa 0.10 computes
 * them: MEL_BANDS triangles of equal area on Slaney's mel scale (Auditory
 * Toolbox, 1998) from 0 Hz to half the sampling rate over the power spectrum;
 * decibels with a floor MEL_RANGE dB below the loudest band of the recording;
 * orthonormal DCT-II.
 */
#ifndef MOODPIPE_MFCC_H
#define MOODPIPE_MFCC_H

#include "audio/stft.h"

#define MEL_BANDS 128
#define MEL_RANGE 80.0
#define MFCC_COUNT 13
#define MFCC_FINE 7 /* behind them, for their statistics alone */

struct mel; /* filters; read-only once made */
struct mel *mel_new(void);
void mel_free(struct mel *m);

/* The tip of a band's triangle, which reaches from the tip before to the next;
 * of -1 and MEL_BANDS, the ends of the scale. */
double mel_centre_hz(int band);
/* Band powers of one frame. */
void mel_bands(const struct mel *m, const float power[STFT_BINS],
	       float bands[MEL_BANDS]);
/* All of a recording's band powers to dB, in place: [frames][MEL_BANDS]. */
void mel_to_db(float *bands, size_t frames);
/* Coefficients of one frame of dB. */
void mfcc_frame(const struct mel *m, const float db[MEL_BANDS],
		float mfcc[MFCC_COUNT]);
/* Those behind: MFCC_COUNT to MFCC_COUNT + MFCC_FINE - 1. */
void mfcc_fine(const struct mel *m, const float db[MEL_BANDS],
	       float fine[MFCC_FINE]);

#endif
