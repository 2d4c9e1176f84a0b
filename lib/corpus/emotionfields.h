/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The texts of a record that emotion(1) reads, each with its weight: that of
 * the field times the confidence of an imputed value (track.h).
 *
 *	tags 1.2, title 1.0, lyrics 1.0, description 0.8, any other 1.0
 */
#ifndef MOODPIPE_EMOTIONFIELDS_H
#define MOODPIPE_EMOTIONFIELDS_H

#include "corpus/emotionreader.h"
#include "io/record.h"

enum { EMOTIONFIELDS_MOST = 16 };

struct emotionfields { /* zeroed: valid, none */
	char *names[EMOTIONFIELDS_MOST];
	size_t count;
};
/* Names with commas between them. -1, ERR_USAGE: none, too many, one empty or
 * twice; *f is then still valid to release. */
int emotionfields_parse(struct emotionfields *f, struct span list,
			struct err *err);
void emotionfields_release(struct emotionfields *f);

struct emotionfields_texts { /* zeroed: valid, none */
	struct str bytes[EMOTIONFIELDS_MOST];
	struct emotion_text texts[EMOTIONFIELDS_MOST]; /* of bytes */
	size_t count;
};
/* Replaces *t with the texts there are, in the order of the names. */
void emotionfields_read(const struct emotionfields *f, const struct record *r,
			struct emotionfields_texts *t);
void emotionfields_texts_release(struct emotionfields_texts *t);

#endif
