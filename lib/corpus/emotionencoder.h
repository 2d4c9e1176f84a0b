/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a text feels like, by a transformer with a head for classes or numbers
 * (encoder/sentence.h): what of struct emotion its labels can tell
 * (emotionlabels.h).
 *
 *	classes   with one label a text: softmax; with several: each label's
 *	          sigmoid. A class has the sum of its labels', or the
 *	          probability that one of them is there; all sum to 1
 *	labels    the likeliest, or those above one half
 *	mood      numbers of those names, as they are; else, of classes, the
 *	          mean of their places (Russell & Mehrabian 1977), without
 *	          dominance
 */
#ifndef MOODPIPE_EMOTIONENCODER_H
#define MOODPIPE_EMOTIONENCODER_H

#include "base/hash.h"
#include "corpus/emotionlabels.h"
#include "math/linear.h"

struct emotionencoder; /* read-only: any thread */
/* path: a model's folder. NULL: ERR_ENV; ERR_DATA, also where it has no head. */
struct emotionencoder *emotionencoder_open(const char *path,
					   enum linear_precision precision,
					   struct err *err);
void emotionencoder_close(struct emotionencoder *e);
/* SHA-256 of the model and the table of labels. */
const uint8_t *emotionencoder_digest(const struct emotionencoder *e);
/* Whether it tells classes: top and probs. */
bool emotionencoder_classes(const struct emotionencoder *e);

struct emotionencoder_work; /* of one thread */
struct emotionencoder_work *
emotionencoder_work_new(const struct emotionencoder *e);
void emotionencoder_work_free(struct emotionencoder_work *w);

/* As emotion_read_all: texts are averaged by weight n / (n + 8), of n words,
 * before softmax or sigmoid. Strings are e's. -1, ERR_RECORD: what the model
 * gives is no number. */
int emotionencoder_read(const struct emotionencoder *e,
			struct emotionencoder_work *w,
			const struct emotion_text *texts, size_t count,
			struct emotion *out, struct err *err);
/* emotion_json, without what the model cannot tell. */
void emotionencoder_json(const struct emotionencoder *e,
			 const struct emotion *told, struct str *out);

#endif
