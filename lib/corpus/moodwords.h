/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a record says of its track's mood in words, by source (moodsources.h):
 *
 *	tags	source tags, and the genre, by the lexicon
 *	title	title, source description and vibe text, by the lexicon
 *	genre	the genre, by the table of genres, times its confidence
 *	emotion	the member "emotion", by its confidence; "lyrics" instead where
 *		the record has lyrics, which are then among its texts
 *
 * Imputed tags and descriptions only repeat the others and are not read.
 */
#ifndef MOODPIPE_MOODWORDS_H
#define MOODPIPE_MOODWORDS_H

#include "corpus/lexicon.h"
#include "corpus/moodsources.h"
#include "io/record.h"

/* An imputed genre below that confidence is not read. */
#define MOODWORDS_SURE 0.3

struct moodwords { /* zeroed: valid, empty */
	struct str title, tags, genre, part;
	double genre_confidence;
	bool lyrics;
	double feeling[MOODAXES], feeling_confidence; /* 0: none */
};
void moodwords_read(struct moodwords *w, const struct record *r);
void moodwords_release(struct moodwords *w);
/* Appends all that was read. */
void moodwords_digest(const struct moodwords *w, struct str *out);
/* Fills said[] of the sources above, each with weight 0 where it is silent. */
void moodwords_say(const struct moodwords *w, const struct lexicon *words,
		   const struct lexicon *genres,
		   struct moodsaid said[MOODSOURCES]);

#endif
