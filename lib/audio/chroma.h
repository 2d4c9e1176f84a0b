/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chroma: the power spectrum folded onto the twelve pitch classes from C, A4 =
 * 440 Hz, as librosa 0.10's chroma_stft with tuning=0: a Gaussian a semitone
 * wide around each pitch, octaves weighted around A5 (two octaves wide), each
 * frame divided by its largest bin.
 */
#ifndef MOODPIPE_CHROMA_H
#define MOODPIPE_CHROMA_H

#include "audio/stft.h"

#define CHROMA_BINS 12

struct chroma; /* weights; read-only once made */
struct chroma *chroma_new(void);
void chroma_free(struct chroma *c);
/* One frame, C first; zeros for a frame of zeros. */
void chroma_frame(const struct chroma *c, const float power[STFT_BINS],
		  float out[CHROMA_BINS]);
/* "c", "cs", "d", ... "b": the names of the bins in columns. */
const char *chroma_name(int bin);

#endif
