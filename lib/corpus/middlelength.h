/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a track of an index is, where that is not known of it. */
#ifndef MOODPIPE_MIDDLELENGTH_H
#define MOODPIPE_MIDDLELENGTH_H

#include <stdbool.h>

#include "index/generation.h"

/* Above 0 and finite. */
bool middlelength_known(float seconds);
/* The median of the durations that are known, in seconds: of 4,096 rows, evenly
 * spread, where there are more. 0: of no row. */
double middlelength_of(const struct generation *g);

#endif
