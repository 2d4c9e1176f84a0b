/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words of the score notation, man synth(1): names of pitches and chords,
 * numbers, settings. What a score makes of them is score.h's.
 */
#ifndef MOODPIPE_NOTATION_H
#define MOODPIPE_NOTATION_H

#include "audio/score.h"

enum { NOTATION_CHORD = 5 }; /* pitches of a chord, at most */

bool notation_blank(char c);
/* Takes the next word off the line; empty at its end. */
struct span notation_word(struct span *line);
/* A decimal number or a fraction like 1/3, from lo to hi; else -1. */
int notation_fraction(struct span s, double lo, double hi, double *out);
/* a4, f#3, bb5: the MIDI number, or -1. */
double notation_pitch(struct span s);
/* C, F#m7, Bbmaj7, E5: MIDI numbers, the root in octave 3. Returns how many;
 * 0: no such chord. */
int notation_chord(struct span s, double out[NOTATION_CHORD]);
/* A setting of a clip. 0; 1: there is none of that name; -1: the value is
 * wrong, *expected says what it should be. */
int notation_setting(struct score_clip *c, struct span name, struct span v,
		     const char **expected);

#endif
