/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tempo and beats from onset strength. Tempo: periodicity of the strength seen
 * both ways, autocorrelation (favours subharmonics) times Fourier magnitude
 * (favours harmonics) as in Peeters (EURASIP JASP 2007), times a log-normal
 * preference for the tempi people tap. Beats: dynamic programming after Ellis
 * (JNMR 2007).
 */
#ifndef MOODPIPE_TEMPO_H
#define MOODPIPE_TEMPO_H

#include <stddef.h>

#define TEMPO_MIN 40.0 /* BPM */
#define TEMPO_MAX 240.0

struct tempo { /* NaN: there is no beat to speak of */
	double bpm;
	double confidence;    /* [0, 1]: how periodic, at bpm */
	double interval_mean; /* s between beats */
	double interval_std;  /* s */
	double regularity;    /* [0, 1]: 1 = like a clock */
};

struct tempo_work; /* scratch, one per thread */
struct tempo_work *tempo_work_new(void);
void tempo_work_free(struct tempo_work *w);

/* strength: [frames] onset strength at `rate` frames per second; at least
 * four seconds of it, or all of *out is NaN. */
void tempo_estimate(struct tempo_work *w, const float *strength, size_t frames,
		    double rate, struct tempo *out);

#endif
