/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cues (textcues.h) from a file: a table of word lists, or a network of texts,
 * whose rows are taken. */
#ifndef MOODPIPE_TEXTCUEFILE_H
#define MOODPIPE_TEXTCUEFILE_H

#include "io/pack.h"
#include "learn/textcues.h"

struct textcuefile { /* zeroed is empty; to release */
	struct textcues cues;
	struct pack *model; /* whose rows they are; NULL: the table's */
	struct str table;
};

/* -1: ERR_ENV, ERR_DATA. */
int textcuefile_load(struct textcuefile *f, const char *path, struct err *err);
void textcuefile_release(struct textcuefile *f);

#endif
