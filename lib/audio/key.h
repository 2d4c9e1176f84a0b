/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Key finding: correlation of a pitch class profile with the 24 rotations of
 * major and minor key profiles (Krumhansl & Schmuckler; the profiles in key.c,
 * with their sources), averaged over three sets of profiles, after third
 * harmonics are taken off the profile and its loudest classes compressed. Minor
 * keys need a little less: harmonics hold a major third of every note.
 */
#ifndef MOODPIPE_KEY_H
#define MOODPIPE_KEY_H

#include "audio/chroma.h"

struct key {
	int tonic;                     /* 0-11 from C; -1: none can be told */
	int mode;                      /* 1 major, 0 minor */
	double strength;               /* mean correlation, [-1, 1] */
	int second_tonic, second_mode; /* the runner-up */
	double second_strength;
	double major_margin; /* correlation of the best major key less that of
			      * the best minor key */
};

/* profile: how much of each pitch class, C first; any scale. A profile that
 * hardly differs from class to class has no key. */
void key_estimate(const double profile[CHROMA_BINS], struct key *out);

#endif
