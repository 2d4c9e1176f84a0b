/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shape of a frame: its spectrum's (stft.h) and its waveform's. As in
 * librosa 0.10 with default parameters; a frame of zeros gives zeros (and a
 * flatness of 1).
 */
#ifndef MOODPIPE_SPECTRAL_H
#define MOODPIPE_SPECTRAL_H

#include "audio/stft.h"

#define SPECTRAL_ROLLOFF 0.85

/* Centre of gravity of the magnitude spectrum, Hz. */
double spectral_centroid(const float magnitude[STFT_BINS]);
/* Standard deviation of the magnitude spectrum around centroid, Hz. */
double spectral_bandwidth(const float magnitude[STFT_BINS], double centroid);
/* Lowest frequency below which SPECTRAL_ROLLOFF of the magnitude lies, Hz. */
double spectral_rolloff(const float magnitude[STFT_BINS]);
/* Geometric over arithmetic mean of the power (floor 1e-10): 0 a tone, 1
 * white. */
double spectral_flatness(const float power[STFT_BINS]);
/* Euclidean distance of two magnitude spectra, each scaled to length 1: how
 * much the sound changed whatever its level, [0, sqrt 2]. */
double spectral_flux(const float before[STFT_BINS],
		     const float magnitude[STFT_BINS]);

/* Of all frames of n >= 1 samples, [stft_frames(n)] each: the root of the mean
 * square, full scale = 1, zeros beyond the ends; and sign changes over samples,
 * [0, 1], beyond the ends the first and last sample repeated. |x| <= 1e-10
 * counts as positive. */
void waveform_shape(const float *samples, size_t n, float *rms, float *zcr);

#endif
