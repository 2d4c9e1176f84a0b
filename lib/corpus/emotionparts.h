/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of emotionreader.c: words and phrases of texts by what they add, and which
 * classes are told first.
 */
#ifndef MOODPIPE_EMOTIONPARTS_H
#define MOODPIPE_EMOTIONPARTS_H

#include "corpus/emotionreader.h"
#include "text/utterance.h"

struct emotion_phrase {
	struct span text;
	double part;
};

/* The strongest so far, strongest first; of equal ones the earlier. */
struct emotion_phrases {
	struct emotion_phrase items[EMOTION_WORDS];
	size_t count;
};

/* Offers a phrase; the same words count once, letter case aside. */
void emotion_offer(struct emotion_phrases *best, struct span text, double part);
/* Offers phrases of text, of which u is the beginning: the token that adds
 * most with its neighbours that add at least half of that, four at most; then
 * the next. share is what the text counts among others. */
void emotion_offer_parts(struct emotion_phrases *best, struct span text,
			 const struct utterance *u,
			 const float parts[UTTERANCE_TOKENS], double share);
/* Replaces e's words with those that add a fifth of the strongest at least. */
void emotion_keep_phrases(const struct emotion_phrases *best,
			  struct emotion *e);
/* Fills top and tops by probs; of equal ones the first. */
void emotion_rank(struct emotion *e);

#endif
