/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An utterance as counts: words alone, in pairs and in threes, the first and
 * last word, what is negated, shouted or stretched, the character 2- to
 * 5-grams of its words, the labels of its cues (textcues.h). Each is a 64-bit
 * hash, met once with its count and the tokens it covers.
 */
#ifndef MOODPIPE_TEXTGRAMS_H
#define MOODPIPE_TEXTGRAMS_H

#include "learn/textcues.h"

#define TEXTGRAMS_VERSION 1

enum textgram_group { TEXTGRAM_WORDS, TEXTGRAM_CHARACTERS, TEXTGRAM_CUES };
#define TEXTGRAM_GROUPS 3

struct textgram {
	uint64_t hash;
	uint16_t count, first, last; /* tokens of its first occurrence */
	uint8_t group;
};

struct textgrams { /* zeroed: valid */
	struct textgram *items;
	size_t count, cap;
	/* The grams that a network of words reads, by token: its word, the
	 * pair with the one before, and where its 3- to 5-grams are in
	 * `inner`, from inner_start[i] to inner_start[i + 1]. */
	uint64_t word[UTTERANCE_TOKENS], pair[UTTERANCE_TOKENS];
	size_t inner_start[UTTERANCE_TOKENS + 1];
	uint64_t *inner;
	size_t inner_cap;
	uint32_t *slots; /* of items, by hash */
	size_t slot_count;
};

/* Replaces *g. found may be NULL: no labels. */
void textgrams_read(struct textgrams *g, const struct utterance *u,
		    const struct textcues_found *found);
void textgrams_release(struct textgrams *g);

#endif
