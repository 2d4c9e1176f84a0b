/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The mood space as a page of its own, data/mood-plot.html with the tracks
 * inside: nothing is fetched from anywhere. Coordinates are 16-bit integers,
 * 32767 times the value, in base64; names are JSON.
 */
#ifndef MOODPIPE_MOODPLOTPAGE_H
#define MOODPIPE_MOODPLOTPAGE_H

#include "corpus/moodplot.h"

/* Appends the page, with at most so many tracks: those of the lowest keys,
 * which are as good as drawn by chance. title: plain text. -1: ERR_ENV,
 * ERR_DATA: the template. */
int moodplotpage(const struct moodplot *p, struct span title, size_t most,
		 struct str *out, struct err *err);

#endif
