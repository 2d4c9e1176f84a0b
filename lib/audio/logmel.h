/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log-mel patches, what VGGish and its relatives take in (Hershey et al., CNN
 * architectures for large-scale audio classification, 2017; mel_features.py of
 * github.com/tensorflow/models research/audioset/vggish): mono sound at 16 kHz,
 * frames of 25 ms every 10 ms under a periodic Hann window, none beyond the
 * ends, zeros to 512 samples, magnitudes; triangles of height 1 between mel
 * numbers equally spaced from 125 to 7500 Hz, mel = 1127 ln(1 + Hz / 700)
 * (HTK's), straight in mel; ln(sum + 0.01); patches of 96 frames (0.96 s) side
 * by side, what is left over at the end dropped.
 */
#ifndef MOODPIPE_LOGMEL_H
#define MOODPIPE_LOGMEL_H

#include <stddef.h>

/* Part of every recipe: raise it when any value changes. */
#define LOGMEL_VERSION "1"
#define LOGMEL_RATE 16000
#define LOGMEL_WINDOW 400
#define LOGMEL_HOP 160
#define LOGMEL_FFT 512
#define LOGMEL_FRAMES 96 /* of a patch */
#define LOGMEL_BANDS 64  /* of VGGish */
#define LOGMEL_BANDS_MIN 8
#define LOGMEL_BANDS_MAX 256
#define LOGMEL_LOW 125.0 /* Hz */
#define LOGMEL_HIGH 7500.0
#define LOGMEL_OFFSET 0.01
/* No more of one recording are made: 614 s. */
#define LOGMEL_PATCHES_MAX 640

struct logmel; /* of one thread */
struct logmel *logmel_new(int bands);
void logmel_free(struct logmel *l);
int logmel_bands(const struct logmel *l);

/* Patches that n samples give, at most LOGMEL_PATCHES_MAX; 0: under 0.975 s. */
size_t logmel_patches(size_t n);
/* patches[logmel_patches(n)][LOGMEL_FRAMES][bands] of x[n]. */
void logmel_compute(struct logmel *l, const float *x, size_t n, float *patches);

#endif
