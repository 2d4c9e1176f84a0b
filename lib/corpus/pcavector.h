/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vectors of sound by principal components: the track's row in a feature file,
 * through learn/pca.h. The callbacks are those of a feature stage
 * (io/stream.h).
 */
#ifndef MOODPIPE_PCAVECTOR_H
#define MOODPIPE_PCAVECTOR_H

#include "corpus/trackrows.h"
#include "learn/pca.h"

struct pcavector_work { /* of one thread; zeroed is valid */
	const struct pca *model;
	struct trackrows sound;
	struct pca_view view;
	struct err err; /* why the sound cannot be read */
};

/* Opens the feature file; what fails is said by measure. */
void pcavector_open(struct pcavector_work *w, const struct pca *model,
		    const char *features);
void pcavector_release(struct pcavector_work *w);

/* Of the track's row; 0 where it has none. */
uint64_t pcavector_digest(struct pcavector_work *w, const struct record *r);
/* Fills row[PCA_DIM]: measured or imputed as the track's row, NO_INPUT where
 * there is none. -1: the feature file cannot be read, or does not fit. */
int pcavector_measure(struct pcavector_work *w, const struct record *r,
		      struct feat_row *row, struct err *err);

#endif
