/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a record's metadata says that may go with how it sounds: numbers for the
 * regression of soundregress.h, NaN where absent.
 */
#ifndef MOODPIPE_SOUNDMETA_H
#define MOODPIPE_SOUNDMETA_H

#include "io/record.h"

enum soundmeta {
	SOUNDMETA_YEAR,
	SOUNDMETA_PLAYS,    /* ln(1 + playback_count) */
	SOUNDMETA_LIKES,    /* ln(1 + likes) */
	SOUNDMETA_DURATION, /* ln(1 + seconds) */
	SOUNDMETA_TAGS,     /* how many; NaN for none */
	SOUNDMETA_BPM,      /* as the source says */
	SOUNDMETA_COUNT
};

/* scratch is replaced. */
void soundmeta_read(const struct record *r, struct str *scratch,
		    float out[SOUNDMETA_COUNT]);

#endif
