/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a track is instrumental, as far as a record says: by the words of its
 * title (data/instrumental-words.tsv), else its lyrics, else the words of genre
 * and tags, else what others measured. What contradicts itself says nothing.
 */
#ifndef MOODPIPE_INSTRUMENTAL_H
#define MOODPIPE_INSTRUMENTAL_H

#include "base/table.h"
#include "io/record.h"
#include "text/tokens.h"

/* Shares of "instrumentalness" that are taken for a yes and for a no. */
#define INSTRUMENTAL_YES 0.8
#define INSTRUMENTAL_NO 0.2

struct instrumental_words {
	struct table phrases; /* folded words joined by blanks -> meaning */
	size_t longest;       /* words */
};

/* Lines of phrase, tab, yes or no, tab, places (letters of tkg: title, tags,
 * genre); "#" begins a comment line. name is for messages. -1: ERR_DATA. */
int instrumental_parse(struct instrumental_words *w, struct span tsv,
		       const char *name, struct err *err);
void instrumental_release(struct instrumental_words *w);

struct instrumental_scratch { /* zeroed is valid */
	struct tokens tokens;
	struct str text, words;
	size_t *ends;
	size_t cap;
};
void instrumental_scratch_release(struct instrumental_scratch *s);

/* 1 instrumental, 0 sung or spoken, -1 cannot be told. *because: "title",
 * "lyrics", "genre", "tags" or "measured". */
int instrumental_judge(const struct instrumental_words *w,
		       struct instrumental_scratch *s, const struct record *r,
		       const char **because);

#endif
