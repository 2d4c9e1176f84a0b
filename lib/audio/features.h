/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The audio features of a recording, man feat-audio(5): one call from mono
 * sound to the columns of audio.feat.
 */
#ifndef MOODPIPE_FEATURES_H
#define MOODPIPE_FEATURES_H

#include "audio/decode.h"
#include "io/feat.h"

/* Part of every recipe: raise it when any value changes. */
#define FEATURES_VERSION "3"
#define FEATURES_SECONDS 30.0    /* of a recording, by default */
#define FEATURES_SECONDS_MIN 3.0 /* less is too short */
#define FEATURES_SILENCE 1e-4    /* standard deviation, full scale 1 */

/* Stage "audio", all columns with their units, and the recipe for `seconds`.
 * Release with feat_schema_release. */
void features_schema(struct feat_schema *s, double seconds);

size_t features_count(void); /* columns */

/* Scratch of one thread; nothing is allocated once it has seen a recording of
 * the length. */
struct features;
struct features *features_new(void);
void features_free(struct features *f);

/* Whether there is nothing but a constant in it; x is not empty. */
bool features_silent(const struct samples *x);

/* Fills values, [schema count], of a sound as decode_file leaves it: NaN where
 * undefined. Returns FEAT_OK or FEAT_PARTIAL; FEAT_TOO_SHORT or FEAT_SILENT
 * (constant sound too) with duration and decoded_fraction only. A sound made
 * otherwise needs mono, seconds, fraction (NaN) and loudness and range (NaN:
 * measured here, of the mono sound). */
enum feat_status features_compute(struct features *f, const struct sound *sound,
				  float *values);

#endif
