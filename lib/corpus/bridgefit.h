/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fits the map from words to sound (learn/bridge.h) by ridge regression on
 * tracks with a text vector and a measured sound. One artist in ten is held
 * out: the strength of the ridge and what the map is worth are told by these,
 * and then all are fitted.
 */
#ifndef MOODPIPE_BRIDGEFIT_H
#define MOODPIPE_BRIDGEFIT_H

#include <stdio.h>

#include "io/options.h"
#include "learn/bridge.h"

#define BRIDGEFIT_ROWS 20000 /* more are not read: keys are in no order */
#define BRIDGEFIT_LEAST 100  /* of fewer nothing is learnt */
/* A gain in cosine below that is taken for none. */
#define BRIDGEFIT_SKILL 0.01F

struct bridgefit { /* what there is to learn from */
	/* feature files of embed text, of embed audio (components), and of
	 * mood-map, which may be none */
	struct option_list text, sound, mood;
	char **tracks; /* records, sorted as these; none: stdin */
	int ntracks;
};
/* Writes the model and says what it is worth. *seen: records, *used: tracks
 * with both. -1: a file cannot be read or is none of its kind. */
int bridgefit_write(const struct bridgefit *f, FILE *out, uint64_t *seen,
		    uint64_t *used, struct bridge_info *info, struct err *err);

#endif
