/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audio features of a recording, man feat-audio(5): one call from mono
 * sound to the columns of audio.feat.
 */
#ifndef MOODPIPE_FEATURES_H
#define MOODPIPE_FEATURES_H

#include "audio/decode.h"
#include "io/feat.h"

/* Part of every recipe: raise it when decoding, resampling or what makes a
 * status changes. Where a column is computed in another way, its own version in
 * columns.c is raised, and no other column is computed anew. */
#define FEATURES_DECODING "4"
#define FEATURES_SECONDS 30.0    /* of a recording, by default */
#define FEATURES_SECONDS_MIN 3.0 /* less is too short */

/* What is computed together; or-ed. */
enum feature_group {
	FEATURES_SPECTRUM = 1, /* series of frames, and what follows from them
				* but the dissonance */
	FEATURES_RHYTHM = 2,   /* tempo, beats, onset_rate, cycles */
	FEATURES_HARMONY = 4,  /* key, tuning, dissonance */
	FEATURES_LOUDNESS = 8, /* what decoding gives: loudness and its range,
				* duration, decoded_fraction (these always) */
	FEATURES_HEARD = 15,   /* all that needs the sound */
	FEATURES_DESCRIPTORS = 16, /* from other columns: descriptors.h */
};

/* Stage "audio", all columns with their units and versions, and the recipe for
 * `seconds`. The descriptors' version is 0: the caller's table decides. Release
 * with feat_schema_release. */
void features_schema(struct feat_schema *s, double seconds);

size_t features_count(void);            /* columns */
unsigned features_group(size_t column); /* its enum feature_group */
/* The groups of the columns that are not in the bitmap. */
unsigned features_lacking(const uint8_t *taken);

/* Scratch of one thread; nothing is allocated once it has seen a recording of
 * the length. */
struct features;
struct features *features_new(void);
void features_free(struct features *f);

/* Fills values, [schema count], of a sound as decode_file leaves it: NaN where
 * undefined, or in a group not asked for (groups: or-ed). Returns
 * FEAT_TOO_SHORT, or what condition.h makes of the sound; where there is nothing
 * to measure, with duration and decoded_fraction only. A sound made otherwise
 * needs mono, seconds, fraction (NaN) and loudness and range (NaN: measured
 * here, of the mono sound). */
enum feat_status features_compute(struct features *f, const struct sound *sound,
				  unsigned groups, float *values);

#endif
