/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several guesses at one number made one, each weighed by how well it did on
 * tracks held out: non-negative least squares per column (stacked regression:
 * Breiman, Machine Learning 24, 1996), drawn to nothing (the mean) by a few
 * tracks' worth. The interval of a column is the quantile of held-out errors
 * (split conformal prediction: Lei et al., JASA 113, 2018). All numbers are in
 * standard deviations from the mean. Scores, and the errors that intervals are
 * made of, are of weights fitted on the other half of the held-out tracks.
 */
#ifndef MOODPIPE_SOUNDBLEND_H
#define MOODPIPE_SOUNDBLEND_H

#include "base/str.h"

#define SOUNDBLEND_INSIDE 0.8  /* share of truths that intervals are to hold */
#define SOUNDBLEND_ALL 1.2816f /* half of that interval of a normal one */

enum soundblend_method {
	SOUNDBLEND_GENRE, /* prototype */
	SOUNDBLEND_NEAR,  /* text neighbours */
	SOUNDBLEND_TREES, /* regression */
	SOUNDBLEND_METHODS
};

struct soundblend { /* of one column */
	float weight[SOUNDBLEND_METHODS];
	float spread; /* half the interval */
};

struct soundblend_score {
	double tracks;
	double error, mean_error; /* mean absolute: ours, the global mean's */
	double alone[SOUNDBLEND_METHODS]; /* of each method; NaN: none */
	double cosine;
	double coverage; /* share of truths inside their intervals */
	double skill;    /* 1 - squared error / the global mean's, or 0 */
};

struct soundblend_rows {
	size_t tracks, columns;
	const float *truth; /* [tracks][columns], NaN: not to be guessed */
	/* [tracks][SOUNDBLEND_METHODS][columns], NaN: none */
	const float *guess;
};

/* Fills out[columns]. Columns without a truth get no weight. */
void soundblend_fit(const struct soundblend_rows *rows, struct soundblend *out,
		    struct soundblend_score *score);

/* A line of the scores. */
void soundblend_report(const struct soundblend_score *s, struct str *out);

#endif
