/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Refits the weights of a mood formula to labelled tracks: ridge regression of
 * valence and arousal on the values of its terms (Hoerl & Kennard 1970). The
 * terms and their ranges stay; what comes out is a formula again.
 */
#ifndef MOODPIPE_MOODFIT_H
#define MOODPIPE_MOODFIT_H

#include "corpus/moodformula.h"

#define MOODFIT_RIDGE 1.0 /* of terms in [0, 1], labels in [-1, 1] */

struct moodfit {
	const struct moodformula *formula; /* bound to the features */
	double *terms;                     /* [count][formula->count] */
	double *labels;                    /* [count][2]: valence, arousal */
	size_t count, terms_cap, labels_cap;
};
void moodfit_release(struct moodfit *f);
/* A labelled track. Missing terms count as the middle of their range. */
void moodfit_add(struct moodfit *f, const float *values, double valence,
		 double arousal);
/* Appends the refitted formula's table. A weight below zero becomes a term
 * that falls; one of shape below has no such form and gets weight 0. -1,
 * ERR_DATA: too few tracks, too many terms (each becomes two), or a singular
 * system. */
int moodfit_write(const struct moodfit *f, struct str *out, struct err *err);

#endif
