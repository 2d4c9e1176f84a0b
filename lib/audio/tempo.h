/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tempo and beats. How periodic each tempo is: autocorrelation of the novelty
 * at four multiples of the beat, the far two at half weight, times the root of
 * its Fourier amplitude, after Peeters (EURASIP JASP 2007), smoothed over
 * tempi. Every maximum of that is a candidate; which of them is tapped as the
 * beat a linear score tells, whose few weights (tempo.c) were fitted. Beats:
 * dynamic programming after Ellis (JNMR 2007) over onset strength.
 */
#ifndef MOODPIPE_TEMPO_H
#define MOODPIPE_TEMPO_H

#include <stddef.h>

#define TEMPO_MIN 38.0 /* BPM */
#define TEMPO_MAX 250.0

struct tempo { /* NaN: there is no beat to speak of */
	double bpm;
	double alternative;   /* BPM: the likeliest half, double, third or
			       * triple; NaN: none within the limits */
	double confidence;    /* [0, 1]: how periodic, at bpm */
	double interval_mean; /* s between beats */
	double interval_std;  /* s */
	double regularity;    /* [0, 1]: 1 = like a clock */
};

struct tempo_work; /* scratch, one per thread */
struct tempo_work *tempo_work_new(void);
void tempo_work_free(struct tempo_work *w);

/* strength, novelty: [frames] of onset_strength and of novelty_finish at `rate`
 * frames per second; at least four seconds of it, or all of *out is NaN. */
void tempo_estimate(struct tempo_work *w, const float *strength,
		    const float *novelty, size_t frames, double rate,
		    struct tempo *out);

#endif
