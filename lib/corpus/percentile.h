/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Percentiles of a column of finite numbers from 0 on; what is none is
 * missing. A value's percentile is the share, in percent, of the values there
 * are that are less: 0 of the least, never quite 100, equal values alike.
 */
#ifndef MOODPIPE_PERCENTILE_H
#define MOODPIPE_PERCENTILE_H

#include <stddef.h>

/* Fills *lo and *hi so that exactly the values x with lo <= x <= hi are of
 * percentile min to max, both included; returns how many values there are. A
 * pass over the column and one for either end; nothing is sorted. */
size_t percentile_range(const float *column, size_t n, double min, double max,
			float *lo, float *hi);

#endif
