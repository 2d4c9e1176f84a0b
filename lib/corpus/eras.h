/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a track is from: its year, decade and how recent it is. */
#ifndef MOODPIPE_ERAS_H
#define MOODPIPE_ERAS_H

#include <stdint.h>

#include "base/str.h"

#define ERAS_YEAR_MIN 1000
#define ERAS_YEAR_MAX 2999

/* The year that text begins with: four digits that are all there is, or are
 * followed by what is no digit ("2011", "2011-05-04", "2011.0"). */
bool eras_year(struct span text, int *year);

/* "1990s" for 1990..1999. */
#define ERAS_NAME 8
void eras_name(int year, char out[ERAS_NAME]);

/* Days since 1970-01-01 of the 1st of July: a year's middle. */
int64_t eras_midyear(int year);

/* exp(-age / ERAS_HALF_LIFE ln 2): 1 on the day (and after it), 0.5 five years
 * before it. */
#define ERAS_HALF_LIFE 1826.25 /* days */
double eras_recency(int64_t day, int64_t as_of);

#endif
