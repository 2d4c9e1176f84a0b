/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "train formula": a mood formula refitted to labels (moodfit.h), from files. */
#ifndef MOODPIPE_FORMULATRAIN_H
#define MOODPIPE_FORMULATRAIN_H

#include "base/str.h"
#include "base/err.h"

/* formula NULL: mood-formula.tsv. Appends the table; *used: how many tracks it is
 * from. */
int formulatrain_refit(const char *formula, const char *labels,
		       const char *features, char **files, int n,
		       struct str *table, size_t *used, struct err *err);

#endif
