/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A short text as its writer stressed it: words folded (utf8.h), yet with what
 * folding loses - capitals, stretched letters, marks, emoticons, emoji - and
 * what a negation reaches. Words keep their inner apostrophes ("don't"), three
 * or more of a letter become two. For models of feeling (learn/textnet.h);
 * search reads tokens.h.
 */
#ifndef MOODPIPE_UTTERANCE_H
#define MOODPIPE_UTTERANCE_H

#include "base/str.h"

#define UTTERANCE_VERSION 1
#define UTTERANCE_TOKENS 72 /* of one utterance at most */
#define UTTERANCE_WORD 40   /* bytes of a folded token at most; cut beyond */

enum utterance_kind {
	UTTERANCE_WORDS,    /* letters, digits; one Han or kana character */
	UTTERANCE_MARK,     /* punctuation: one to six characters, "?!" */
	UTTERANCE_STAND_IN, /* <url>, <user>, placeholders like [NAME] */
	UTTERANCE_SYMBOL    /* an emoji, an emoticon, any other sign */
};

struct utterance_token {
	struct span text;  /* folded; valid until the next read */
	size_t start, end; /* bytes of the text read */
	enum utterance_kind kind;
	bool shouted;   /* two or more capitals and no small letter */
	bool stretched; /* "sooo" */
	bool negates;   /* "not", "never", "don't" */
	bool negated;   /* one of four words behind such, no mark between */
};

struct utterance { /* zeroed: valid, empty */
	struct utterance_token tokens[UTTERANCE_TOKENS];
	size_t count;
	struct str text;
};

/* Reads one utterance from the start of text and returns how many bytes it
 * took: all of them, unless there are more tokens than fit; then it ends behind
 * the last mark in the second half of the tokens, if there is one. Malformed
 * UTF-8 separates words. */
size_t utterance_read(struct utterance *u, struct span text);
void utterance_release(struct utterance *u);

#endif
