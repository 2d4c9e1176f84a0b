/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Phrases of a table found in a text: on folded tokens (tokens.h), the longest
 * phrase first, as it stands before by its stems. A phrase does not reach over
 * a mark that separates ("new, york"). Han and kana have a token for each
 * character, so that their words are found wherever they stand.
 *
 * A table is built once, as bytes that are read in place: 64-bit hashes
 * (hash_mix) of the phrases, not the phrases. That a text of other words meets
 * one of them by chance is less likely than 1 in 10^15.
 */
#ifndef MOODPIPE_PHRASES_H
#define MOODPIPE_PHRASES_H

#include "base/err.h"
#include "base/table.h"
#include "text/stem.h"
#include "text/tokens.h"

/* A text as words joined by blanks, exact and stemmed: so many words in a row
 * are one span of either. */
struct phrasewords { /* zeroed: valid, empty */
	struct str exact, stemmed;
	struct phraseword {
		size_t exact, exact_end, stemmed, stemmed_end;
		enum token_kind kind;
		bool joined; /* with the word before (tokens.h) */
	} * at;
	size_t count, cap;
	struct tokens tokens;
};
/* Replaces *w with the words of text. stem NULL: no stems, stemmed is empty. */
void phrasewords_read(struct phrasewords *w, struct stem *stem,
		      struct span text);
void phrasewords_release(struct phrasewords *w);
/* n words from word i on; valid until the next read. */
struct span phrasewords_exact(const struct phrasewords *w, size_t i, size_t n);
struct span phrasewords_stemmed(const struct phrasewords *w, size_t i,
				size_t n);

#define PHRASES_LONGEST 64 /* words */

/* Building. Phrases are numbered 0, 1, 2 ... in the order they were added. */
struct phrases_builder { /* zeroed: valid, empty */
	struct table exact, stemmed;
	size_t longest; /* words of the longest phrase */
};
void phrases_builder_release(struct phrases_builder *b);
/* All words of w (one at least) as a phrase: true and its number, or false and
 * the number of the equal phrase that was there before. Other forms of its
 * words find it where forms is set; of phrases with the same stems the first. */
bool phrases_add(struct phrases_builder *b, const struct phrasewords *w,
		 bool forms, size_t *number);
/* Appends the table as bytes. -1, ERR_DATA: two phrases with one hash, or one
 * of more than PHRASES_LONGEST words. */
int phrases_compile(const struct phrases_builder *b, struct str *out,
		    struct err *err);

struct phrases { /* a view of such bytes; zeroed: valid, empty */
	size_t count, longest;
	struct phrases_half {
		const struct phrases_slot {
			uint32_t hash[2]; /* low, high half */
			uint32_t number;  /* + 1; 0: free */
		} * slots;
		size_t count;
	} exact, stemmed;
};
/* Takes it off *rest (parts.h); -1: it is not there. */
int phrases_view(struct phrases *t, struct span *rest);
/* The phrase that is exactly s: its number, less than count. */
bool phrases_get(const struct phrases *t, struct span s, size_t *number);
/* The longest phrase that starts at word i: its number, less than count, and
 * its length in words. */
bool phrases_find(const struct phrases *t, const struct phrasewords *w,
		  size_t i, size_t *number, size_t *length);

/* The next tab-separated field of *line, trimmed; empty behind the last. */
struct span phrases_field(struct span *line);
/* The next line of *text that is neither blank nor a comment ("#"), counting
 * all lines into *number; false: the end. */
bool phrases_line(struct span *text, struct span *line, size_t *number);

#endif
