/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A recording in semitones: the root of the power around each note from C1 (33
 * Hz) to B7 (3951 Hz), averaged over SEMITONES_BLOCK frames, by Gaussians of half
 * a semitone (half a bin where bins are wider).
 */
#ifndef MOODPIPE_SEMITONES_H
#define MOODPIPE_SEMITONES_H

#include "audio/stft.h"

#define SEMITONES 84
#define SEMITONES_BLOCK 8 /* frames: 0.19 s */

struct semitones; /* scratch of one thread; reusable */
struct semitones *semitones_new(void);
void semitones_free(struct semitones *s);

/* Before the first frame of a recording of so many. */
void semitones_reset(struct semitones *s, size_t frames);
void semitones_add(struct semitones *s, const float power[STFT_BINS]);
/* [*blocks][SEMITONES] of what was added, whole blocks only. */
const float *semitones_blocks(const struct semitones *s, size_t *blocks);

#endif
