/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The mood of the music that a request asks for, from the words of the lexicon
 * and from the network that learnt requests (corpus/emotionreader.h). The
 * network decides the quadrant, or that no mood is asked for, with a nudge from
 * the lexicon's words; where these are in the same quadrant, their numbers are
 * the answer, since they can be explained (but for one near 0), else the
 * network's. Requests in other languages are told by the names of moods in
 * them, all by the lexicon alone where there is no network.
 */
#ifndef MOODPIPE_REQUESTMOOD_H
#define MOODPIPE_REQUESTMOOD_H

#include "corpus/emotionreader.h"
#include "corpus/lexicon.h"
#include "corpus/moodby.h"

/* The logarithm of what a quadrant's probability counts more that the lexicon's
 * words are in, times |valence| + |arousal|, at most 1. Chosen on the
 * development half of tests/labels/requests.tsv, where moods and none are then
 * right about equally often. */
#define REQUESTMOOD_WORDS 0.5
/* Without words of the lexicon in it a quadrant needs that probability. */
#define REQUESTMOOD_SURE 0.35
/* A quadrant's valence and arousal are at least that far from 0. */
#define REQUESTMOOD_LEAST 0.1

struct requestmood_models {
	const struct lexicon *lexicon;
	const struct emotion_reader *emotion; /* NULL: words alone */
	struct emotion_work *work;
};

struct requestmood {
	enum moodby by;
	float valence, arousal; /* [-1, 1]; 0 where by is NONE */
	int matches;            /* phrases of the lexicon met */
	/* [0, 1]: the network's probability of the quadrant times the share
	 * of words that it knows; 0.5 for the lexicon alone; 0 for none. */
	double confidence;
	/* Probabilities of Q1 to Q4 and none; all 0 without a network. */
	double quadrant[EMOTION_QUADRANTS];
};

/* context and matched as in lexicon_explain. */
struct requestmood requestmood_read(const struct requestmood_models *m,
				    struct span text, struct str *context,
				    struct str *matched);
/* The mood of the lexicon's words alone. */
struct requestmood requestmood_words(const struct lexicon_mood *words);
/* A mood that is given by its place. */
struct requestmood requestmood_given(float valence, float arousal);

#endif
