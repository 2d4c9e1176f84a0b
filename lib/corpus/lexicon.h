/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mood from words: a table of words and phrases with valence and arousal
 * (data/lexicon.tsv), matched on folded tokens, longest phrase first; matches
 * are averaged, no match is neutral. Context words ("workout") are reported.
 */
#ifndef MOODPIPE_LEXICON_H
#define MOODPIPE_LEXICON_H

#include "base/err.h"
#include "base/str.h"

struct lexicon;

/* Parses the table; name is for messages. Owns a copy. NULL: ERR_DATA. */
struct lexicon *lexicon_parse(struct span tsv, const char *name,
			      struct err *err);
void lexicon_free(struct lexicon *l);

struct lexicon_mood {
	float valence, arousal; /* [-1, 1]; 0 where matches == 0 */
	int matches;
};
/* context (may be NULL): replaced by the context words met, one per line. */
struct lexicon_mood lexicon_mood(const struct lexicon *l, struct span text,
				 struct str *context);

#endif
