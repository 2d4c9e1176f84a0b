/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One number from several guesses of it. Each guess is what a source alone
 * leads to expect, with the standard deviation of its error: the posterior of a
 * normal prior of mean 0 and the blend's spread. What a source adds is its
 * precision beyond the prior's; sources are put together by inverse variance. A
 * guess no narrower than the prior adds nothing.
 *
 * Guesses of one group share errors: the surest counts fully, each other one by
 * 1 - shared.
 *
 * Where the guesses are further apart than their errors explain, the spread is
 * multiplied by the root of (chi^2 + k) / (n - 1 + k): chi^2 = sum of p (z -
 * mean z)^2 over the n parts z of precision p, k = MOODBLEND_EVEN; the ratio of
 * Birge (1932, Physical Review 40), held near 1 where sources are few. It never
 * exceeds the prior's. Nor does agreement narrow it beyond what inverse
 * variance does: that made spreads too narrow.
 */
#ifndef MOODPIPE_MOODBLEND_H
#define MOODPIPE_MOODBLEND_H

#include <stddef.h>

#define MOODBLEND_PARTS 8
#define MOODBLEND_EVEN 4.0

struct moodblend {
	double spread; /* of the prior */
	struct moodblend_part {
		double value, precision;
		int group; /* 0: of its own */
		double shared;
	} parts[MOODBLEND_PARTS];
	size_t count;
};

/* spread: above 0. */
void moodblend_init(struct moodblend *b, double spread);
/* weight times the precision; 0 and below: nothing. Returns what precision was
 * added, 0 where none; further ones than MOODBLEND_PARTS are passed over. */
double moodblend_add(struct moodblend *b, double guess, double spread,
		     double weight, int group, double shared);
/* Replaces *mean and *spread; returns the share of the prior's variance that is
 * gone, in [0, 1). Without any part: the prior. */
double moodblend_result(const struct moodblend *b, double *mean,
			double *spread);

#endif
