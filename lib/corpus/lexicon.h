/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mood from words: tables of words and phrases with valence and arousal
 * (data/lexicon/base.tsv and extension.tsv), matched on folded tokens, longest
 * phrase first; matches are averaged, no match is neutral. Context words
 * ("workout") are reported.
 *
 * Negation: the tables name the words that negate ("not", "without") and those
 * that end a clause ("but"). A match that begins within LEXICON_REACH words
 * behind a negation, in the same clause, counts with its ratings times the
 * negation's two factors; a mark that separates words ends a clause, too. A
 * phrase of the table that holds the negation itself ("can't sleep") counts as
 * it stands and negates nothing. The idea, that a negation turns valence and
 * weakens it and reaches three words, is that of VADER, there -0.74 (Hutto &
 * Gilbert 2014, ICWSM).
 */
#ifndef MOODPIPE_LEXICON_H
#define MOODPIPE_LEXICON_H

#include "base/err.h"
#include "base/str.h"

#define LEXICON_REACH 3

struct lexicon;

/* Parses a table, or several one after another; name is for messages. Owns a
 * copy. Rows whose source is "design" are the base: a later row with the same
 * phrase is passed over, any other that occurs twice is ERR_DATA, NULL. */
struct lexicon *lexicon_parse(struct span tsv, const char *name,
			      struct err *err);
/* The tables that ship, base first, or the one at path where it is not NULL.
 * *text is replaced by what was read, in order. NULL: ERR_ENV or ERR_DATA,
 * where the message names the file and the line. */
struct lexicon *lexicon_open(const char *path, struct str *text,
			     struct err *err);
void lexicon_free(struct lexicon *l);
/* Replaces *out with l as bytes, the same on every machine. */
void lexicon_compile(const struct lexicon *l, struct str *out);
/* Reads such bytes in place, which must outlive the result and be aligned to 8.
 * Sizes are checked now, the rest where it is used: other bytes than those of
 * lexicon_compile give a wrong mood at worst. NULL: ERR_DATA. */
struct lexicon *lexicon_view(struct span bytes, struct err *err);

struct lexicon_mood {
	float valence, arousal; /* [-1, 1]; 0 where matches == 0 */
	int matches;
	int base;    /* of them, of the base */
	int negated; /* of them, by a word before */
};
/* context (may be NULL): replaced by the context words met, one per line, but
 * not by negated ones. */
struct lexicon_mood lexicon_mood(const struct lexicon *l, struct span text,
				 struct str *context);
/* The same; matched (may be NULL) is replaced by the phrases that count, as the
 * table spells them, a negation before what it turns, one per line in the order
 * of the text. */
struct lexicon_mood lexicon_explain(const struct lexicon *l, struct span text,
				    struct str *context, struct str *matched);
/* Is the word in the table as it stands, and not by its stem alone, by which
 * "wonders" are "wonderful"? */
bool lexicon_spells(const struct lexicon *l, struct span word);

#endif
