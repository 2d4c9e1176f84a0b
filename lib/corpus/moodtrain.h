/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "train mood": labels, features and records together, a model fitted to them,
 * and what it is worth.
 */
#ifndef MOODPIPE_MOODTRAIN_H
#define MOODPIPE_MOODTRAIN_H

#include <stdio.h>

#include "base/str.h"
#include "base/err.h"

struct moodtrain_options {
	const char *labels, *features;
	const char *columns; /* list; NULL: mood-columns.tsv */
	const char *formula; /* NULL: mood-formula.tsv */
	const char *model;   /* try this one, fit none; or NULL */
	char half;           /* fit on a or b and try on the other; 0 */
	int folds, repeats;  /* folds 0: none */
	int threads;
};

/* Reads records of files[n] for id and artist. A label's group is its own, else
 * the artist, else the id. Writes the model to out (NULL: none), appends the
 * figures, lines of set, name and value, to report: sets "folds", "folds-2" ...
 * (a division each), "other" (the other half, or the labels a model is tried on),
 * and beside either "-formula" and "-majority". *used: tracks. */
int moodtrain(const struct moodtrain_options *o, char **files, int n, FILE *out,
	      struct str *report, size_t *used, struct err *err);

#endif
