/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What some tracks have in common, for "songs like these": the mean of their
 * vectors of sound and text, each of unit length, and of their moods.
 */
#ifndef MOODPIPE_LIKENESS_H
#define MOODPIPE_LIKENESS_H

#include "index/generation.h"

struct likeness {                  /* zeroed: valid, of no tracks */
	float *sound[AUDIO_KINDS]; /* [dim], unit length */
	bool has_sound[AUDIO_KINDS], has_text, has_mood;
	float text[GENERATION_TEXT_MAX]; /* [text_dim], unit length */
	float valence, arousal;
	float dominance; /* NaN: none has one */
};
/* Replaces *l. Rows beyond the index are passed over. */
void likeness_of(struct likeness *l, const struct generation *g,
		 const uint32_t *rows, size_t count);
void likeness_release(struct likeness *l);

#endif
