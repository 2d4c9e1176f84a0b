/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much of each pitch class a recording holds, for finding its key. Peaks
 * of long frames (372 ms: semitones stay apart down to 80 Hz), each counted
 * by its amplitude over that of the frame's strongest, the recording's own
 * tuning found first: after Gomez' harmonic pitch class profile (INFORMS J.
 * Computing 18(3), 2006). Against drums a peak counts no more than its bin has
 * in the frame before or the one after: the median over time of Fitzgerald's
 * harmonic/percussive separation (DAFx 2010), over three frames.
 */
#ifndef MOODPIPE_PITCHES_H
#define MOODPIPE_PITCHES_H

#include "audio/chroma.h"
#include "audio/dissonance.h"

struct pitches; /* scratch, one per thread */
struct pitches *pitches_new(void);
void pitches_free(struct pitches *p);

/* Frames of n samples: only whole ones. */
size_t pitches_frames(size_t n);
/* n samples at STFT_RATE; profile from C, sums to 1, or all 0: no peaks.
 * dissonance: [pitches_frames(n)], dissonance_of each frame's peaks, or NULL.
 * Returns the tuning: how many cents A4 is above 440 Hz, -50 to 50, or NaN
 * where there are no peaks. */
double pitches_profile(struct pitches *p, const float *samples, size_t n,
		       double profile[CHROMA_BINS], float *dissonance);

#endif
