/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a score (scoring.h): each signal of each candidate in [0, 1]. */
#ifndef MOODPIPE_SIGNALS_H
#define MOODPIPE_SIGNALS_H

#include "corpus/scoring.h"

/* Fills out[c->count] but for scores, without dead ones and those
 * that answers are to be unlike; returns how many, as
 * scoring_run. */
size_t signals_fill(const struct scoring *how, struct scored *out, size_t *dead,
		    struct err *err);
/* The mean part of each signal over s[n]; NaN: none has it. */
void signals_mean(const struct scored *s, size_t n, float mean[SIGNAL_COUNT]);

#endif
