/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bootstrap (Efron & Tibshirani 1993): how far a mean over n rows may be
 * off, from the means of n rows drawn from them with replacement. The same
 * numbers, draws and seed give the same bits.
 */
#ifndef MOODPIPE_BOOTSTRAP_H
#define MOODPIPE_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

struct bootstrap {
	int draws; /* at least 1 */
	uint64_t seed;
};

double bootstrap_mean(const double *x, size_t n); /* NaN where n is 0 */

/* The ends of the middle 95 % of the means drawn (percentile interval); NaN
 * where n is 0. */
void bootstrap_interval(const struct bootstrap *b, const double *x, size_t n,
			double ends[2]);

/* Two-sided p value of "the mean of the paired differences d is 0": the share
 * of draws, of the differences moved to mean 0, whose mean is as far from 0 as
 * that of d, one draw added on either side (Efron & Tibshirani, 16.4). 1 where
 * n is 0 or all are 0. */
double bootstrap_p(const struct bootstrap *b, const double *d, size_t n);

#endif
