/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What some tracks have in common, for "songs like these": the mean of their
 * vectors of sound and text, each of unit length, of their moods, and of what
 * else is known of them. Begun with reset, then what is added, then done.
 */
#ifndef MOODPIPE_LIKENESS_H
#define MOODPIPE_LIKENESS_H

#include "corpus/guest.h"
#include "index/generation.h"

enum likeness_fact {
	LIKENESS_VALENCE,
	LIKENESS_AROUSAL,
	LIKENESS_DOMINANCE,
	LIKENESS_TEMPO,      /* BPM */
	LIKENESS_POPULARITY, /* as the index' */
	LIKENESS_YEAR,
	LIKENESS_TIMBRE, /* percentiles in [0, 1], TIMBRE_AXES of them */
	LIKENESS_FACTS = LIKENESS_TIMBRE + TIMBRE_AXES
};

struct likeness {                  /* zeroed: valid, of no tracks */
	float *sound[AUDIO_KINDS]; /* [dim], unit length */
	bool has_sound[AUDIO_KINDS], has_text;
	float text[GENERATION_TEXT_MAX]; /* [text_dim], unit length */
	float fact[LIKENESS_FACTS];      /* the mean; NaN: none is known */
	size_t count[LIKENESS_FACTS];    /* of what it is the mean */
};
void likeness_reset(struct likeness *l, const struct generation *g);
/* Rows beyond the index are passed over. */
void likeness_add_rows(struct likeness *l, const struct generation *g,
		       const uint32_t *rows, size_t count);
void likeness_add_guest(struct likeness *l, const struct guest *guest);
void likeness_done(struct likeness *l, const struct generation *g);
void likeness_release(struct likeness *l);

bool likeness_has_mood(const struct likeness *l); /* valence and arousal */
/* The share `of` [0, 1] of b in *l, and the rest of a; what one lacks is the
 * other's. All are done, *l is neither of the two. */
void likeness_between(struct likeness *l, const struct generation *g,
		      const struct likeness *a, const struct likeness *b,
		      float of);

#endif
