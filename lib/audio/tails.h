/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is left when a sound ends: a dry room lets it drop, a hall or an
 * audience fills the gap.
 */
#ifndef MOODPIPE_TAILS_H
#define MOODPIPE_TAILS_H

#include "audio/modulation.h"

/* dB/s: the mean speed at which bands fall over four frames (93 ms), of those
 * that fall, from up to 25 dB below the band's loudest; mean over the bands.
 * Sound that dies away by 60 dB in T seconds falls by 60 / T. NaN where nothing
 * falls. levels: modulation_levels'. */
double tails_decay(const float *levels, size_t frames);

/* dB: how far quiet moments are below the usual: median less 5th percentile of
 * each band's level (in steps of 0.25 dB; what is at the recording's lowest, the
 * floor of mel_to_db, left out), mean over the bands. */
double tails_depth(const float *levels, size_t frames);

#endif
