/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over a recording's short-time spectra (stft.h): every series that is
 * measured frame by frame, the mel bands and the novelty.
 */
#ifndef MOODPIPE_FRAMES_H
#define MOODPIPE_FRAMES_H

#include "audio/columns.h"
#include "audio/resample.h"
#include "audio/semitones.h"

struct frames; /* scratch of one thread; reusable */
struct frames *frames_new(void);
void frames_free(struct frames *f);

/* Measures x, which is not empty; returns the number of frames. What the
 * others return is valid until the next call, and the caller may change it. */
size_t frames_measure(struct frames *f, const struct samples *x);
/* [frames] of a series from MFCC up to (not with) FRAMES_SERIES. */
float *frames_series(struct frames *f, enum series s);
/* [frames][MEL_BANDS], dB, mel_to_db's. */
float *frames_mel(struct frames *f);
/* [frames], novelty_finish's. */
float *frames_novelty(struct frames *f);
/* Mean and standard deviation of each coefficient that mfcc_fine gives. */
void frames_fine(const struct frames *f, float out[2 * MFCC_FINE]);
/* Those of partials_measure; once for a recording. */
void frames_partials(struct frames *f, float out[PARTIALS_COUNT]);
const struct semitones *frames_semitones(const struct frames *f);

#endif
