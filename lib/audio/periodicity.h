/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What repeats in a curve, and how fast: autocorrelation, which favours
 * subharmonics of the true rate, and Fourier amplitude, which favours
 * harmonics (Peeters, EURASIP JASP 2007). Both are means over windows of 8, 15
 * and 30 s, a quarter of their length apart, each window at mean 0 and
 * variance 1: the short ones follow a tempo that drifts, the long ones tell
 * near rates apart.
 */
#ifndef MOODPIPE_PERIODICITY_H
#define MOODPIPE_PERIODICITY_H

#include <stddef.h>

#define PERIODICITY_RATE_MAX 200 /* frames per second: sizes follow */

struct periodicity; /* one per thread */
struct periodicity *periodicity_new(void);
void periodicity_free(struct periodicity *p);

/* curve: [frames] at `rate` frames per second, at most PERIODICITY_RATE_MAX.
 * A shorter curve than a window is one window. */
void periodicity_measure(struct periodicity *p, const float *curve,
			 size_t frames, double rate);
/* Autocorrelation, the mean product: about -1 to 1, more at long lags where the
 * curve is little but a few peaks; 0 from periodicity_longest seconds on. */
double periodicity_lag(const struct periodicity *p, double seconds);
/* The longest lag known: three quarters of the curve, 7 s at most. */
double periodicity_longest(const struct periodicity *p);
/* Fourier amplitude. */
double periodicity_amplitude(const struct periodicity *p, double hz);

#endif
