/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Genres that a request does not want: candidates of them are taken out. As in
 * eligible.h a genre is meant by a run of its words ("metal" takes out "Death
 * Metal"), or by the same with other gaps; a track of unknown genre stays.
 */
#ifndef MOODPIPE_GENRESOUT_H
#define MOODPIPE_GENRESOUT_H

#include "corpus/candidates.h"

/* names: one per line. Returns how many candidates were taken out. */
size_t genresout_apply(const struct generation *g, struct span names,
		       struct candidates *c);

#endif
