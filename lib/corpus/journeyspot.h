/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places on the way of a journey (journey.h): which is a track's, between which
 * legs it lies, and what is asked for there. */
#ifndef MOODPIPE_JOURNEYSPOT_H
#define MOODPIPE_JOURNEYSPOT_H

#include "corpus/journey.h"

/* Where a track stands: [0, 1]; 0.5 where it is as long as the way. */
double journeyspot_place(const struct journey *j, double start, double seconds);

struct journeyspot { /* between two legs */
	size_t leg, next;
	float share;                  /* [0, 1]: how far it is to the second */
	float valence, arousal, mood; /* as struct journey_leg */
};
struct journeyspot journeyspot_at(const struct journey *j, double place);
/* What a track's nearness to the mood of a spot is worth, [0, weight]. */
float journeyspot_near(const struct journey *j, const struct journeyspot *s,
		       uint32_t track);

#endif
