/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How evenly answers draw on a catalogue. */
#ifndef MOODPIPE_EXPOSURE_H
#define MOODPIPE_EXPOSURE_H

#include "base/table.h"

struct exposure {
	struct table seen; /* track id -> how often it was shown */
	double total;
};

void exposure_add(struct exposure *e, struct span id);
void exposure_release(struct exposure *e); /* a zeroed one is empty */

/* The share of `tracks` that was shown at all; NaN where tracks is 0. */
double exposure_coverage(const struct exposure *e, size_t tracks);
/* Gini coefficient of how often each of `tracks` was shown, those never shown
 * included: 0 where all were alike, nearly 1 where one was shown always. Where
 * more tracks were shown than that, of those shown. NaN: nothing was shown. */
double exposure_gini(const struct exposure *e, size_t tracks);

#endif
