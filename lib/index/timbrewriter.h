/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections of an index that say what sounds are like: scores by axis and
 * their percentiles; indexwriter.h. */
#ifndef MOODPIPE_TIMBREWRITER_H
#define MOODPIPE_TIMBREWRITER_H

#include "index/timbre.h"
#include "io/pack.h"

/* A score as the index has it; TIMBRE_NO for NaN. */
int16_t timbre_score(float sum);

/*
 * Percentiles of n rows' scores ([n][TIMBRE_AXES], like out): the share, in
 * percent, of those that are lower among the rows that were measured, and half
 * of those that are equal, rounded; where none was measured, among all.
 */
void timbre_percentiles(const int16_t *scores, const uint8_t *measured,
			size_t n, uint8_t *out);

/* Writes both; nothing where no row has a score. *count: rows that have one. */
int timbre_write(const int16_t *scores, const uint8_t *measured, size_t n,
		 struct pack_writer *pw, size_t *count, struct err *err);

#endif
