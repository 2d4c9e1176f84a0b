/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words of a text, folded (utf8.h), so that "DON'T", "don't" and "dont" are
 * one word. Letters, marks and digits make words; an apostrophe inside a word
 * vanishes ("rock'n'roll" is "rocknroll"), dots between single letters too
 * ("R.E.M." is "rem"), and "&" between single letters is an n ("R&B" is
 * "rnb"). Han and kana are one word per character, an emoji is a word, a flag
 * is one emoji. Skin tones, URLs and all else are separators.
 */
#ifndef MOODPIPE_TOKENS_H
#define MOODPIPE_TOKENS_H

#include "base/str.h"

enum token_kind {
	TOKEN_WORD,      /* has a letter: "miss", "90s", "2pac" */
	TOKEN_NUMBER,    /* digits only: "1999" */
	TOKEN_IDEOGRAPH, /* one Han or kana character */
	TOKEN_EMOJI
};

struct token {
	struct span text; /* folded; valid until start or release */
	enum token_kind kind;
	/* Only spaces, hyphens or "&" stand between the token before and this
	 * one: the two may be part of one phrase ("hip-hop"). */
	bool joined;
};

struct tokens { /* zeroed: valid, empty */
	struct str text;
	size_t pos;
	bool any;
};

void tokens_start(struct tokens *t, struct span text); /* folds a copy */
bool tokens_next(struct tokens *t, struct token *out); /* false: the end */
void tokens_release(struct tokens *t);

#endif
