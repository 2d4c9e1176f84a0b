/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Places in the plane of valence and arousal that people gave to tracks or
 * requests: lines of a name, a tab, and either a quadrant (Q1 to Q4, which
 * stands at 0.5 from both axes) or valence, a tab and arousal in [-1, 1]. More
 * columns are not read, nor lines that begin with "#".
 */
#ifndef MOODPIPE_MOODPLACES_H
#define MOODPIPE_MOODPLACES_H

#include "base/err.h"
#include "base/table.h"

#define MOODPLACES_QUADRANT 0.5f

struct moodplace {
	float valence, arousal;
};

struct moodplaces {         /* a zeroed one is empty */
	struct table names; /* -> place + 1 */
	struct moodplace *at;
	size_t cap;
};

/* -1: ERR_ENV; ERR_DATA, naming the line: no such line, a name for the second
 * time. */
int moodplaces_read(struct moodplaces *m, const char *path, struct err *err);
void moodplaces_release(struct moodplaces *m);
/* NULL: none of that name. */
const struct moodplace *moodplaces_get(const struct moodplaces *m,
				       struct span name);

#endif
