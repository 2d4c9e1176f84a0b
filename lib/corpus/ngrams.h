/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Terms of a text: its words (tokens.h, no function words, no bare numbers,
 * ideographs or emoji) and the pairs of neighbouring ones, "deep house".
 */
#ifndef MOODPIPE_NGRAMS_H
#define MOODPIPE_NGRAMS_H

#include "base/str.h"
#include "text/tokens.h"

struct ngram {
	struct span text;
	uint32_t words; /* 1 or 2 */
	uint32_t times; /* it was met, after ngrams_merge */
};

struct ngrams { /* zeroed: valid, empty */
	struct ngram *at;
	size_t count, cap;
	struct ngrams_place {
		size_t start, n;
		uint32_t words;
	} * places;
	size_t nplaces, places_cap;
	struct str text;
	struct tokens tokens;
};

#define NGRAMS_TEXT_MAX 4096 /* bytes of one text that are read */

void ngrams_reset(struct ngrams *g);
void ngrams_release(struct ngrams *g);
/* Adds the terms of one text. */
void ngrams_add(struct ngrams *g, struct span text);
/* Makes `at` of what was added: each term once, in memcmp order. Texts may be
 * added after it; merge again then. */
void ngrams_merge(struct ngrams *g);

#endif
