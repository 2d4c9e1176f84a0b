/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Intra-list diversity: the mean over all pairs of results of 1 - similarity,
 * which is that of the design (diversify_similarity: same artist, cosine of the
 * sound, nearness in mood, over what both have). With an index artist, sound
 * and mood are its; without one artist and mood are what the answer says, and
 * there is no sound.
 */
#ifndef MOODPIPE_VARIETY_H
#define MOODPIPE_VARIETY_H

#include "corpus/rankings.h"
#include "index/generation.h"

/* Of the first `most` results; NaN: fewer than two, with an index fewer than
 * two that it has. g may be NULL. */
double variety_of(const struct generation *g, const struct rankings *r,
		  const struct ranking *ranking, size_t most);

#endif
