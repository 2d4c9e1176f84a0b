/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How well moods are told from sound: figures of guesses against labels, and
 * those of models fitted within grouped folds (nested cross-validation: whatever
 * a fit chooses, it chooses on tracks of other groups than it is tried on).
 */
#ifndef MOODPIPE_MOODCHECK_H
#define MOODPIPE_MOODCHECK_H

#include "corpus/moodmodel.h"
#include "corpus/moodset.h"

/* Appends lines of set, figure and value, tab-separated: tracks, groups,
 * accuracy of quadrants, its standard error (groups are what is drawn, not
 * tracks), macro-f1, valence-half and arousal-half (right side of 0, of the
 * labels that are not 0), their errors, valence-r and arousal-r (correlation),
 * log-loss, and Q1-as-Q2 and so on, shares of the tracks of Q1 that were taken
 * for Q2. guesses[count] of s. */
void moodcheck_figures(const struct moodset *s,
		       const struct moodmodel_guess *guesses, const char *set,
		       struct str *out);
/* The commonest quadrant and halves for all; the figures as far as they have
 * a meaning. */
void moodcheck_majority(const struct moodset *s, const char *set,
			struct str *out);
/* The formula's answers that are in the rows. */
void moodcheck_formula(const struct moodset *s, const char *set,
		       struct str *out);
/* Guesses of tracks by models fitted on the other folds: guesses[count]. -1:
 * moodmodelfit's. */
int moodcheck_folds(const struct moodset *s, int folds, uint64_t seed,
		    int threads, struct moodmodel_guess *guesses,
		    struct err *err);

#endif
