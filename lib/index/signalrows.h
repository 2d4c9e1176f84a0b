/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of an index that is written, and what feature files and the index
 * before say of them; signalwriter.h. */
#ifndef MOODPIPE_SIGNALROWS_H
#define MOODPIPE_SIGNALROWS_H

#include "index/featset.h"
#include "index/generation.h"

struct signal_rows { /* of the index that is written */
	size_t count;
	const uint64_t *keys;          /* ascending */
	const struct generation *base; /* of an update, else NULL */
	const uint32_t *was;           /* rows of the base, or CATALOGUE_NONE */
	const uint8_t *fresh;          /* 1: added, 0: the base's */
};

/* The row of a file (*row, else NULL), or the base's row that stays as it is
 * (*old, else CATALOGUE_NONE). set NULL: there is no file of the signal. */
int signal_look_up(const struct signal_rows *r, struct featset *set, size_t i,
		   const struct feat_row **row, uint32_t *old, struct err *err);
/* Are the columns of a vector stage prefix0.., in order? -1, ERR_DATA. */
int signal_check(const struct featset *s, const char *option, const char *first,
		 const char *last, uint32_t dim, struct err *err);

bool signal_all_finite(const float *x, size_t n);
bool signal_any_finite(const float *x, size_t n);
float signal_within(float v, float lo, float hi); /* NaN stays */

#endif
