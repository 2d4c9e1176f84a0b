/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is wrong with a recording before anything is measured: the thresholds,
 * and their reasons, in one place. Amplitudes are of full scale, 1.
 */
#ifndef MOODPIPE_CONDITION_H
#define MOODPIPE_CONDITION_H

#include "io/feat.h"

/* Silence: a standard deviation of -80 dBFS, some 10 dB above the noise of 16
 * bits. */
#define CONDITION_SILENCE 1e-4
/* Full scale. A sine that just reaches it spends 0.9 % of its time above this.
 * Twice that is clipped: 1 of 12 commercial excerpts is. */
#define CONDITION_FULL 0.9999
#define CONDITION_CLIPPED 0.02 /* share of the samples of all channels */
/* A direct current that no converter has, or one that adds 0.5 % to the RMS
 * and moves the sign changes: taken off. Below both nothing changes. */
#define CONDITION_OFFSET 0.01
#define CONDITION_OFFSET_RELATIVE 0.1 /* of the standard deviation */
/* A click sounds (RMS of 10 ms above CONDITION_SILENCE) for at most 0.1 s, with
 * the smear of a lossy codec; clicks slower than any tempo, 38 a minute, are no
 * rhythm. */
#define CONDITION_CLICK 0.1
#define CONDITION_CLICK_RATE (38.0 / 60)

struct sound;

/* The first that holds of FEAT_SILENT, FEAT_CONSTANT, FEAT_CLICKS (nothing to
 * measure); FEAT_PARTIAL, FEAT_CLIPPED, FEAT_OFFSET (to be measured all the
 * same, as is FEAT_OK). Of a sound as decode.h leaves it, not empty, at the
 * sampling rate of its mono part in Hz. */
enum feat_status condition_of(const struct sound *s, double rate);

#endif
