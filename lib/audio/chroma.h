/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chroma: the power spectrum folded onto the twelve pitch classes from C, A4 =
 * 440 Hz, as librosa 0.10's chroma_stft with tuning=0. A bin that is d
 * semitones from a pitch class has the weight
 *
 *	exp(-(2 d / w)^2 / 2) exp(-(o / 2)^2 / 2)
 *
 * in it, where w is the distance to the bin above, at least 1 semitone, and o
 * are octaves from A5; the first factors of a bin, over the twelve classes, are
 * scaled to length 1. Bin 0 is put 1.5 octaves below bin 1. Each frame is
 * divided by its largest class.
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
