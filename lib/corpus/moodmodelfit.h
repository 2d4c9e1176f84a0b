/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fits mood models (moodmodel.h): kernel ridge regression of valence, arousal
 * and their product on standardised columns, each weighted by how well it goes
 * with the labels by itself (its F statistic to a power). The power, the width of
 * the kernel and the ridge are those of least squared error on five folds of
 * the tracks given, groups whole; their guesses also say how wide the errors
 * are and how sharp the probabilities may be. Nothing that holds a track is
 * kept (kernelmap.h).
 */
#ifndef MOODPIPE_MOODMODELFIT_H
#define MOODPIPE_MOODMODELFIT_H

#include <stdio.h>

#include "corpus/moodmodelformat.h"
#include "corpus/moodset.h"

#define MOODMODELFIT_LEAST 20 /* tracks; and 5 groups */

struct moodmodelfit {
	struct moodmodel_head head;
	struct moodmodel_column *columns;
	float *weights;
	struct moodmodel_parts parts; /* of these */
};
void moodmodelfit_release(struct moodmodelfit *f); /* zeroed: valid */

/* On the tracks rows[n] of s. The same for any number of threads. -1,
 * ERR_DATA: too few tracks or groups, labels that are all alike. */
int moodmodelfit(struct moodmodelfit *f, const struct moodset *s,
		 const uint32_t *rows, size_t n, int threads, struct err *err);
/* out must be seekable. */
int moodmodelfit_write(const struct moodmodelfit *f, FILE *out,
		       struct err *err);

#endif
