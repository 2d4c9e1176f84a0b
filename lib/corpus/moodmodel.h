/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Valence and arousal from measured sound, by models that "train mood" fitted to
 * labelled music: a pack of kind "moodsense" that says which columns of a feature
 * file it reads. data/models/mood.pack ships; its card is beside it.
 */
#ifndef MOODPIPE_MOODMODEL_H
#define MOODPIPE_MOODMODEL_H

#include "io/feat.h"

struct moodmodel_guess {
	float valence, arousal; /* [-1, 1] */
	/* Standard deviation of the error of such guesses, on tracks of other
	 * artists than those that were learnt from. */
	float valence_spread, arousal_spread;
	float quadrant[4]; /* probabilities of Q1 to Q4, sum 1 */
};

struct moodmodel; /* bound, it is of any number of threads */
/* NULL: ERR_ENV, ERR_DATA. */
struct moodmodel *moodmodel_open(const char *path, struct err *err);
void moodmodel_close(struct moodmodel *m);
const uint8_t *moodmodel_digest(const struct moodmodel *m); /* [HASH_SIZE] */
size_t moodmodel_rows(const struct moodmodel *m); /* tracks it learnt from */
/* Finds its columns in s, those of another version count as missing. -1,
 * ERR_DATA: too many are; source, a file's name, is for the message. */
int moodmodel_bind(struct moodmodel *m, const struct feat_schema *s,
		   const char *source, struct err *err);
/* values: a row of the schema bound to; false: too much of it is missing. */
bool moodmodel_apply(const struct moodmodel *m, const float *values,
		     struct moodmodel_guess *out);

#endif
