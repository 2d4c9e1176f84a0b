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
		char name[FEAT_NAME];
		bool below;
		double low, high, valence, arousal;
	} terms[MOODFORMULA_TERMS];
	size_t count;
	double valence, arousal; /* constants, of shape "one" */
};
/* name is for messages. -1: ERR_DATA. */
int moodformula_parse(struct moodformula *f, struct span tsv, const char *name,
		      struct err *err);
/* Finds the terms' features among the columns. -1, ERR_DATA: one is missing;
 * source (a file's name) is for the message. */
int moodformula_bind(struct moodformula *f, const struct feat_schema *s,
		     const char *source, struct err *err);

/* Appends a line of such a table: the term with these weights instead, or
 * (term NULL) the constant; source is the last column. */
void moodformula_put(struct str *out, const struct moodformula_term *t,
		     double valence, double arousal, const char *source);

/* A term's value in [0, 1]; NaN where its feature is missing. */
double moodformula_term(const struct moodformula_term *t, const float *values);

/* Values in [-1, 1]. Terms whose feature is NaN are left out and the others
 * stand for them; false where they are less than MOODFORMULA_LEAST of the
 * weight in either. */
bool moodformula_apply(const struct moodformula *f, const float *values,
		       float *valence, float *arousal);

#endif
