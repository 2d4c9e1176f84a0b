/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Short-time Fourier transform of mono sound at STFT_RATE: frames of STFT_SIZE
 * samples every STFT_HOP, frame t centred on sample t * STFT_HOP, zeros beyond
 * both ends, periodic Hann window; what librosa 0.10 does with center=True and
 * its other defaults. Single precision.
 */
#ifndef MOODPIPE_STFT_H
#define MOODPIPE_STFT_H

#include "audio/fft.h"

#define STFT_RATE 22050
#define STFT_SIZE 2048
#define STFT_HOP 512
#define STFT_BINS (STFT_SIZE / 2 + 1)
/* Frames per second, and the Hz between bins. */
#define STFT_FRAME_RATE ((double)STFT_RATE / STFT_HOP)
#define STFT_BIN_HZ ((double)STFT_RATE / STFT_SIZE)

/* Frames that n samples give: 1 + n / STFT_HOP. */
size_t stft_frames(size_t n);
/* Copies frame t of the n samples, zeros beyond the ends, no window. */
void stft_cut(const float *samples, size_t n, size_t t, float frame[STFT_SIZE]);
/* The same without a copy where it can be: points into samples, or to scratch.
 */
const float *stft_frame(const float *samples, size_t n, size_t t,
			float scratch[STFT_SIZE]);
/* Magnitude and power spectrum of such a frame; fft is of STFT_SIZE. */
void stft_spectrum(struct fft *fft, const float frame[STFT_SIZE],
		   float magnitude[STFT_BINS], float power[STFT_BINS]);

#endif
