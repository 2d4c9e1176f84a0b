/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folded words of a name and how alike two lists of them are (for match.h). */
#ifndef MOODPIPE_MATCHWORDS_H
#define MOODPIPE_MATCHWORDS_H

#include "base/str.h"

#define MATCHWORDS_MOST 48

struct matchwords_arena { /* the words' bytes */
	char at[8192];
	size_t used;
};

struct matchwords {
	struct span word[MATCHWORDS_MOST];
	/* Of a number (12, xii behind "part", "pt2") 1 plus its value. */
	int number[MATCHWORDS_MOST];
	int count;
};

/* Appends text's words, as far as there is room. "pt" is "part", "vol" is
 * "volume". A text that is not empty but has no words (all symbols) is one. */
void matchwords_add(struct matchwords *w, struct span text,
		    struct matchwords_arena *arena);
void matchwords_append(struct matchwords *w, const struct matchwords *from,
		       int first, int count);
/* Does text have the (folded) word or words and nothing else? */
bool matchwords_same(const struct matchwords *a, const struct matchwords *b);

/* 0 to 1: weighted Dice coefficient over words in any order, or, where it is
 * higher and at least 0.85, 1 - distance / length of all written together. Two
 * empty lists: 1; one: 0. */
double matchwords_alike(const struct matchwords *a, const struct matchwords *b);
/* 1 the same numbers in any order; 0.9 where only one has years; else 0.25. */
double matchwords_numbers(const struct matchwords *a,
			  const struct matchwords *b);

#endif
