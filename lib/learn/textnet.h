/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small network that reads feeling in short texts. Members, whose outputs are
 * averaged, each add up
 *   - rows of hashed words, word pairs and triples, character n-grams and cues
 *     (textgrams.h), one number a column: a linear model;
 *   - vectors of words, pairs and character n-grams, pooled by mean, by maximum
 *     and by a convolution over three words, with the numbers of textcues.h,
 *     through one hidden layer (Kim 2014; Joulin et al. 2017);
 *   - those pooled numbers, linearly.
 * Heads (textheads.h) say what the columns are and turn them into calibrated
 * probabilities and numbers. A model is a pack of kind "moodnet", read in
 * place; its "net.*" sections may be copied into other packs.
 */
#ifndef MOODPIPE_TEXTNET_H
#define MOODPIPE_TEXTNET_H

#include "io/pack.h"
#include "learn/textgrams.h"
#include "learn/textheads.h"

#define TEXTNET_KIND "moodnet"
#define TEXTNET_VERSION 1
#define TEXTNET_MEMBERS 4

/* Names of all sections a model may have, NULL at the end. */
extern const char *const textnet_sections[];

struct textnet; /* read-only: any thread */
/* A view of p's sections, which must outlive it. NULL, ERR_DATA. */
struct textnet *textnet_open(const struct pack *p, struct err *err);
void textnet_free(struct textnet *n);
const struct textheads *textnet_heads(const struct textnet *n);

struct textnet_work; /* for one thread at a time */
struct textnet_work *textnet_work_new(const struct textnet *n);
void textnet_work_free(struct textnet_work *w);

struct textnet_told {
	float logit[TEXTHEADS_COLUMNS]; /* before calibration; finite */
	/* By column: a probability, or a number in its data's unit. */
	float value[TEXTHEADS_COLUMNS];
	unsigned tokens, words; /* words: those made of letters */
	unsigned known;         /* words that training met or a list has */
	float cues[TEXTCUES];   /* scaled; means over the pieces of a text */
};
/* Replaces *told. A text longer than an utterance is read in pieces, whose
 * logits are averaged, weighed by their tokens; only the first `limit` bytes
 * are read (0: all). A text without tokens: tokens 0, what is told is the
 * network's prior. */
void textnet_read(const struct textnet *n, struct textnet_work *w,
		  struct span text, size_t limit, struct textnet_told *told);

/* Values of logits and scaled cues, as textnet_read gives them. */
void textnet_calibrate(const struct textnet *n, const float *logit,
		       const float *cues, float *value);

/* How much each token of the first utterance adds to sum_k direction[k] *
 * logit[k] through the linear rows, which share a gram's part among its
 * tokens. Tokens are those of textnet_utterance. */
void textnet_parts(const struct textnet *n, struct textnet_work *w,
		   struct span text, const float *direction,
		   float parts[UTTERANCE_TOKENS]);
const struct utterance *textnet_utterance(const struct textnet_work *w);

#endif
