/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instruments: one note at a time, added to a buffer. Additive voices sum
 * decaying partials, subtractive ones filter band-limited saws and squares
 * (polyBLEP), FM ones modulate a sine, plucked ones run a Karplus-Strong
 * string, drums are swept sines and filtered noise. Same arguments, same
 * samples.
 */
#ifndef MOODPIPE_VOICE_H
#define MOODPIPE_VOICE_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum voice {
	VOICE_PIANO,
	VOICE_MUSICBOX,
	VOICE_FLUTE,
	VOICE_ORGAN, /* additive */
	VOICE_PAD,
	VOICE_STRINGS,
	VOICE_BASS,
	VOICE_LEAD,
	VOICE_GUITAR,
	VOICE_BRASS,
	VOICE_STAB, /* subtractive */
	VOICE_EPIANO,
	VOICE_BELL, /* FM */
	VOICE_PLUCK,
	VOICE_HARP, /* Karplus-Strong */
	VOICE_KICK,
	VOICE_SNARE,
	VOICE_HAT,
	VOICE_OPENHAT,
	VOICE_CLAP,
	VOICE_TOM,
	VOICE_RIM,
	VOICE_NOISE, /* drums */
	VOICE_COUNT
};

const char *voice_name(enum voice v);
/* -1 where there is none of that name. */
int voice_find(struct span name);
static inline bool voice_is_drum(enum voice v)
{
	return v >= VOICE_KICK;
}
/* How hard the sum of a track is driven into saturation; 0: not at all. */
double voice_drive(enum voice v);

struct voice_note {
	enum voice voice;
	double hz;
	double seconds;  /* until it is let go */
	double velocity; /* 0..1 */
	double bright;   /* 1: as the instrument is */
	uint64_t seed;
};

/* Seconds from the start until the note has died away. */
double voice_length(const struct voice_note *v);
/* Adds the note to out[0..n) at `rate` samples a second; what goes beyond is
 * cut. */
void voice_add(const struct voice_note *v, int rate, float *out, size_t n);

#endif
