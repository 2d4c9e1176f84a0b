/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words that are no tags ("download"), genres that are no genres ("unknown"):
 * data/tags-stop.tsv. Used in fitting; a model then holds none of them.
 */
#ifndef MOODPIPE_STOPLIST_H
#define MOODPIPE_STOPLIST_H

#include "base/err.h"
#include "base/table.h"

enum stoplist_use { STOPLIST_TAG = 1, STOPLIST_GENRE = 2 };

struct stoplist {
	struct table words; /* phrase of folded tokens -> uses */
};

/* Parses the table: lines of phrase, tab, uses (tag, genre, both). name is for
 * messages. */
int stoplist_parse(struct stoplist *s, struct span tsv, const char *name,
		   struct err *err);
void stoplist_release(struct stoplist *s);
/* phrase: folded tokens joined by blanks. */
bool stoplist_has(const struct stoplist *s, struct span phrase,
		  enum stoplist_use use);

#endif
