/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fitting text vectors on tracks (learn/textfit.h): what embed text --fit
 * does. */
#ifndef MOODPIPE_WORDFIT_H
#define MOODPIPE_WORDFIT_H

#include <stdio.h>

#include "io/progress.h"

struct wordfit {
	const char *base;    /* a model to build on; NULL: the one that is part
			      * of moodpipe; "none": none */
	const char *weights; /* "1,20": how often a text of each file counts,
			      * the last for all that follow; NULL: once */
	int terms, grams;    /* rows at most */
	size_t memory;
	int jobs;
};
extern const struct wordfit wordfit_defaults;

#define WORDFIT_BASE "models/words.pack" /* of data/ */

/* Reads all files and writes the model to out (seekable). Counts records in
 * and ok. ERR_USAGE: a bad list of weights. */
int wordfit_write(const struct wordfit *w, char **files, int nfiles,
		  struct progress *progress, FILE *out, struct err *err);

#endif
