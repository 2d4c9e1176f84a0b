/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Labels of mood: lines of id, valence, arousal, tab-separated, both in [-1, 1];
 * further columns are not read, blank lines and those that begin with "#" are
 * passed over. An id has one label.
 */
#ifndef MOODPIPE_MOODLABELS_H
#define MOODPIPE_MOODLABELS_H

#include "base/err.h"
#include "base/table.h"

struct moodlabel {
	double valence, arousal;
};

struct moodlabels {           /* zeroed: valid, empty */
	struct table numbers; /* id -> 1 + index into items */
	struct moodlabel *items;
	size_t cap;
};

/* -1: ERR_ENV, or ERR_DATA naming the file and line. */
int moodlabels_read(struct moodlabels *l, const char *path, struct err *err);
void moodlabels_release(struct moodlabels *l);
const struct moodlabel *moodlabels_find(const struct moodlabels *l,
					struct span id); /* or NULL */

#endif
