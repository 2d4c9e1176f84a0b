/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Labelled tracks to fit a mood model to, or to try one on: what was measured of
 * them, their mood, and the group (the artist, as a rule) whose tracks stay on
 * one side of every split.
 */
#ifndef MOODPIPE_MOODSET_H
#define MOODPIPE_MOODSET_H

#include "base/table.h"
#include "io/feat.h"

struct moodset { /* zeroed: valid, empty */
	size_t count, cap, values_cap, dims;
	struct feat_column *columns; /* [dims] */
	int *column;                 /* [dims] places in the schema bound to */
	uint32_t *family;            /* [dims] < families.count */
	struct table families;       /* name -> its number + 1 */
	float *values;               /* [count][dims] */
	struct moodset_row {
		double valence, arousal; /* [-1, 1] */
		double formula[2];       /* what a formula says; NaN: nothing */
		uint32_t group;
	} * rows;
	struct table groups; /* name -> its number */
};
void moodset_release(struct moodset *s);

/* The columns to learn from, by a list of names and patterns: a line each, "*"
 * stands for any bytes, a leading "-" takes out what was in, "#" begins a
 * comment; in the order of the schema. Behind a tab the family of what matches,
 * else ""; of all lines that match the last one counts. list's name is for
 * messages. -1, ERR_DATA: none, or too many. */
int moodset_bind(struct moodset *s, struct span list, const char *name,
		 const struct feat_schema *schema, struct err *err);
/* values: a row of the schema bound to. */
void moodset_add(struct moodset *s, const float *values, double valence,
		 double arousal, struct span group);

/* Groups fall into two halves: a where the SHA-256 of the name begins with an
 * even byte, b. */
bool moodset_half_a(struct span group);
/* fold[count] in [0, folds): groups whole, in an order that seed shuffles, each
 * to the fold that has fewest tracks. Of the tracks of rows[n], or (NULL) all. */
void moodset_folds(const struct moodset *s, const uint32_t *rows, size_t n,
		   int folds, uint64_t seed, uint8_t *fold);
/* 0 to 3 for Q1 to Q4. */
static inline int moodset_quadrant(double valence, double arousal)
{
	return arousal > 0 ? (valence > 0 ? 0 : 1) : (valence > 0 ? 3 : 2);
}

#endif
