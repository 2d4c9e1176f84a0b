/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Detrended fluctuation analysis of the amplitude: how much longer stretches of
 * a recording stray from a straight line than shorter ones. A steady beat strays
 * no further in the long run; after Streich & Herrera, "Detrended fluctuation
 * analysis of music signals: danceability estimation and further semantic
 * characterization" (AES 118, 2005), who call the inverse danceability.
 */
#ifndef MOODPIPE_DFA_H
#define MOODPIPE_DFA_H

#include <stddef.h>

struct dfa; /* scratch of one thread; reusable */
struct dfa *dfa_new(void);
void dfa_free(struct dfa *d);

/* Standard deviations of the n samples every 10 ms, summed up about their mean;
 * then the root of the mean square about least-squares lines through stretches
 * of 0.31 to 8.8 s (half the recording at most), each 1.1 times as long as the
 * last and begun every quarter of its length; the exponent is the mean slope of
 * its logarithm over that of the length in steps plus 3 (Jennings, Ivanov,
 * Martins, da Silva & Viswanathan, Physica A 336, 2004). 0.5: amplitudes that
 * do not depend on each other, 1.5: a random walk; steady beats are below 1.
 * NaN of less than 1.24 s, or where nothing fluctuates. */
double dfa_exponent(struct dfa *d, const float *x, size_t n, double rate);

#endif
