/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a score is worth, in words people use: the share, in percent, of results
 * with that score that are right, as measured on labelled requests. A monotone
 * table, data/match.tsv, interpolated.
 */
#ifndef MOODPIPE_MATCHCURVE_H
#define MOODPIPE_MATCHCURVE_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

struct matchcurve {
	float *score, *match; /* [count], ascending */
	size_t count, cap, match_cap;
};

/* Lines of score (0 to 1, each more than the one before), tab, match (0 to 100,
 * each no less); "#" begins a comment line. -1, ERR_DATA: not such a table. */
int matchcurve_parse(struct matchcurve *m, struct span tsv, const char *name,
		     struct err *err);
/* The shipped table. */
int matchcurve_load(struct matchcurve *m, struct err *err);
void matchcurve_release(struct matchcurve *m);

float matchcurve_at(const struct matchcurve *m, float score);

#endif
