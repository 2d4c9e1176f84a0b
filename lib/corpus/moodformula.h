/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Valence and arousal from features of the sound, by a table of weighted
 * terms: data/mood-formula.tsv, which says what its columns mean.
 */
#ifndef MOODPIPE_MOODFORMULA_H
#define MOODPIPE_MOODFORMULA_H

#include "io/feat.h"

#define MOODFORMULA_TERMS 16
/* Least share of the weights whose features must be there. */
#define MOODFORMULA_LEAST 0.5

struct moodformula {
	struct moodformula_term {
		char feature[FEAT_NAME], by[FEAT_NAME]; /* by "": nothing */
		int column, by_column; /* of the schema bound to */
		bool below;
		double low, high, valence, arousal;
	} terms[MOODFORMULA_TERMS];
	size_t count;
};
/* name is for messages. -1: ERR_DATA. */
int moodformula_parse(struct moodformula *f, struct span tsv, const char *name,
		      struct err *err);
/* Finds the terms' features among the columns. -1, ERR_DATA: one is missing;
 * source (a file's name) is for the message. */
int moodformula_bind(struct moodformula *f, const struct feat_schema *s,
		     const char *source, struct err *err);

/* Values in [-1, 1]. Terms whose feature is NaN are left out and the others
 * stand for them; false where they are less than MOODFORMULA_LEAST of the
 * weight in either. */
bool moodformula_apply(const struct moodformula *f, const float *values,
		       float *valence, float *arousal);

#endif
