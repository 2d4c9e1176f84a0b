/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A request while it is being understood: its words with their places, the rows
 * of askwords.h that stand there, and what each word turned out to be part of.
 * What stands in quotes is read by nobody; of a long request only the first
 * UTTERANCE_TOKENS words and marks are.
 */
#ifndef MOODPIPE_READING_H
#define MOODPIPE_READING_H

#include "corpus/askwords.h"
#include "text/utterance.h"

enum reading_gap { /* before a word */
		   GAP_BLANK,
		   GAP_HYPHEN, /* or "&", "/": the two may be one phrase */
		   GAP_POINT,  /* "." or ":" and no blank */
		   GAP_MARK    /* any other */
};

enum reading_use {
	USE_NONE,
	USE_FILTER,   /* not searched for, as are the next three */
	USE_NEGATION, /* an artist, a genre, singing that is not wanted */
	USE_TURNED,   /* a mood or a texture, and what negates it */
	USE_FRAME,    /* "songs like" */
	USE_NAME,     /* what is to be like */
	USE_SIMILE,   /* "songs like" before anything else */
	USE_SOUND,    /* a texture, vocals */
	USE_CONTEXT
};

struct reading_word {
	struct span text;  /* folded */
	size_t start, end; /* bytes of the request */
	enum reading_gap gap;
	bool capital, quoted;
	enum reading_use use;
	int entry[ASK_PHRASE]; /* of the phrase of that many + 1 words here */
};

struct reading { /* zeroed: valid, empty */
	const struct askwords *table;
	struct span request;
	struct utterance utterance;
	struct reading_word words[UTTERANCE_TOKENS];
	size_t count;
	bool symbols; /* there are signs beside words: emoji */
	size_t end;   /* bytes that were read */
	struct str key;
};

void reading_start(struct reading *r, const struct askwords *table,
		   struct span request);
void reading_release(struct reading *r);

/* The row of a kind with the longest phrase at word i, all of whose words are
 * unused, and how many those are. NULL: none. */
const struct ask_row *reading_find(const struct reading *r, size_t i,
				   enum ask_kind kind, size_t *n);
/* Likewise, whatever the words are used for. */
const struct ask_row *reading_any(const struct reading *r, size_t i,
				  enum ask_kind kind, size_t *n);
/* Does a phrase of that kind end before word i, at whatever use? How many words
 * it has; 0: none. */
size_t reading_before(const struct reading *r, size_t i, enum ask_kind kind);
/* Is there nothing behind word i - 1 that belongs to it: the end, a mark, a
 * word that is used already? */
bool reading_ends(const struct reading *r, size_t i);
/* Is the word at i in the table as one of what music is called, is like, or is
 * asked with? */
bool reading_known(const struct reading *r, size_t i);
void reading_use(struct reading *r, size_t i, size_t n, enum reading_use use);
/* The bytes of words i to i + n - 1, and what is between. */
struct span reading_span(const struct reading *r, size_t i, size_t n);

/* Appends the request without the words of these uses (bits 1 << use), blanks
 * around them merged. */
void reading_without(const struct reading *r, unsigned uses, struct str *out);

#endif
