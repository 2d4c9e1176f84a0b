/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fits mood models (moodmodel.h): kernel ridge regression of valence, arousal
 * and their product on standardised columns, each weighed by the root of how well
 * it goes with the labels by itself (its F statistic) over the root of how many
 * its family has (moodset.h). The kernel is exp(-d / 2), d being the weighed sum
 * of absolute differences over its mean. The ridge is that of least squared error
 * on five folds of the tracks given, groups whole; their guesses also say how wide
 * the errors are and how sharp the probabilities may be. Nothing that holds a
 * track is kept (kernelmap.h).
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
