/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Spectra of real frames of an even size (fftw3f). Plans are made with FFTW_ESTIMATE, so they
 * do not depend on the clock, and behind a lock, the planner being the one
 * part of FFTW that threads may not share.
 */
#ifndef MOODPIPE_FFT_H
#define MOODPIPE_FFT_H

#include <stddef.h>

struct fft; /* one per thread */
/* Frames of `size` samples under a periodic Hann window. */
struct fft *fft_new(size_t size);
/* The same under a window of `window` <= size samples, zeros behind it. */
struct fft *fft_new_padded(size_t size, size_t window);
/* The same without a window. */
struct fft *fft_new_flat(size_t size);
void fft_free(struct fft *f);
/* Power of the size / 2 + 1 bins. */
void fft_power(struct fft *f, const float *frame, float *power);

/* Sums of cosines of an even sequence, given as its first size / 2 + 1 values,
 * into as many; of power by bins: the autocorrelation. For fft_new_flat. */
void fft_cosine(struct fft *f, const float *even, float *out);

#endif
