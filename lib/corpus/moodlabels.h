/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Labels of mood, a line each, tab-separated: id, valence and arousal in [-1, 1],
 * and perhaps a group; or id, quadrant (Q1 to Q4: glad, tense, sad, calm; +-1 in
 * both), and perhaps a group. Further columns are not read, blank lines and those
 * that begin with "#" are passed over. An id has one label.
 */
#ifndef MOODPIPE_MOODLABELS_H
#define MOODPIPE_MOODLABELS_H

#include "base/err.h"
#include "base/table.h"

struct moodlabel {
	double valence, arousal;
	struct span group; /* n 0: none */
};

struct moodlabels {           /* zeroed: valid, empty; reads one file */
	struct table numbers; /* id -> 1 + index into items */
	struct moodlabel *items;
	struct str text;
	size_t cap;
};

/* -1: ERR_ENV, or ERR_DATA naming the file and line. */
int moodlabels_read(struct moodlabels *l, const char *path, struct err *err);
void moodlabels_release(struct moodlabels *l);
const struct moodlabel *moodlabels_find(const struct moodlabels *l,
					struct span id); /* or NULL */

#endif
