/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Statistics of a series: what becomes of a feature of frames.
 */
#ifndef MOODPIPE_SUMMARY_H
#define MOODPIPE_SUMMARY_H

#include <stddef.h>

enum summary_kind {
	SUMMARY_MEAN,
	SUMMARY_STD,
	SUMMARY_MEDIAN,
	SUMMARY_MIN,
	SUMMARY_MAX,
	SUMMARY_Q25,
	SUMMARY_Q75,
	SUMMARY_COUNT
};
/* "mean", "std" ...: the suffix of the column. */
const char *summary_name(enum summary_kind k);

/* All statistics of n >= 1 values; sorts v in place, scratch holds n more.
 * Standard deviation over n; quantiles by linear interpolation. */
void summary_of(float *v, size_t n, float *scratch, double out[SUMMARY_COUNT]);

#endif
