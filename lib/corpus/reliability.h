/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does a match of 80 come true four times in five? Matches are shares, [0, 1],
 * of results whose relevance is judged; they are compared in ten bins of equal
 * width (expected calibration error: Naeini, Cooper & Hauskrecht, AAAI 2015).
 */
#ifndef MOODPIPE_RELIABILITY_H
#define MOODPIPE_RELIABILITY_H

#include <stdbool.h>
#include <stddef.h>

#define RELIABILITY_BINS 10

struct reliability { /* a zeroed one is empty */
	struct {
		size_t count, relevant;
		double match; /* sum */
	} bin[RELIABILITY_BINS];
	size_t count;
};

/* A match that is not within [0, 1] counts as the nearest end; NaN is left
 * out. */
void reliability_add(struct reliability *r, double match, bool relevant);
/* Mean over the results of | mean match - share of relevant | of their bin; NaN
 * where there are none. */
double reliability_error(const struct reliability *r);

#endif
