/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a mood sounds in a corpus: the mean vector of the measured tracks nearest
 * to it, of all that have sound where nothing is measured.
 */
#ifndef MOODPIPE_MOODSOUND_H
#define MOODPIPE_MOODSOUND_H

#include "index/generation.h"

struct moodsound; /* one thread's scratch */
struct moodsound *moodsound_new(const struct generation *g);
void moodsound_free(struct moodsound *m);

/* How many of the tracks with measured sound make a mood's: the square root of
 * all of them, within 5 and 50. */
size_t moodsound_tracks(size_t measured);

/* The vector of unit length, [g->audio[kind].dim]; NULL: there is none. It lasts
 * until the next of that kind. */
const float *moodsound_of(struct moodsound *m, enum audio_kind kind,
			  float valence, float arousal);

#endif
