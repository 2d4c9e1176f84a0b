/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Short texts that are not English, told by words (data/lexicon/foreign.tsv):
 * function words and names of moods of sixteen languages, against the words of
 * English requests. Where a script decides it does: Hangul, kana, Han, Arabic,
 * Devanagari and Cyrillic, of the words at least half. Otherwise a language
 * must have more words than English, where a name of a mood that English has
 * not is FOREIGN_MOOD words, and a word of both is FOREIGN_SHARED for English;
 * and FOREIGN_SHARE of the text's words, one of them not English, and one a
 * name of a mood or two different. What is not told is English or unknown: a
 * loan word, a name and one ambiguous word stay so. For whole lyrics and pages
 * there is language.h.
 */
#ifndef MOODPIPE_FOREIGN_H
#define MOODPIPE_FOREIGN_H

#include "base/err.h"
#include "base/str.h"

#define FOREIGN_LANGUAGES 32 /* in a table, English included */
#define FOREIGN_MOOD 1.5
#define FOREIGN_SHARED 0.5
#define FOREIGN_SHARE 0.25

struct foreign;
/* Parses the table; name is for messages. Owns what it needs. NULL: ERR_DATA. */
struct foreign *foreign_parse(struct span tsv, const char *name,
			      struct err *err);
void foreign_free(struct foreign *f);
/* Replaces *out with f as bytes, the same on every machine. */
void foreign_compile(const struct foreign *f, struct str *out);
/* Reads such bytes in place, which must outlive the result and be aligned to 8.
 * Sizes and codes are checked now, the rest where it is used: other bytes than
 * those of foreign_compile give wrong readings at worst. NULL: ERR_DATA. */
struct foreign *foreign_view(struct span bytes, struct err *err);

struct foreign_reading {
	const char *language;   /* ISO 639-1, as long as f; NULL: not told */
	float share;            /* of the words, those the table knows in it */
	float valence, arousal; /* mean of the moods; 0 where matches == 0 */
	int matches;            /* names of moods */
};
/* All 0 where no language is told. Any number of threads may share f. */
struct foreign_reading foreign_read(const struct foreign *f, struct span text);

#endif
