/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terms of a text, the same for fitting a text model and for encoding
 * with it: stemmed words and pairs of neighbouring words, each a 64-bit hash
 * with a weight. A term met tf times weighs 1 + ln tf; function words and
 * numbers weigh less, so that they matter where there is nothing else.
 */
#ifndef MOODPIPE_TEXTTERMS_H
#define MOODPIPE_TEXTTERMS_H

#include "base/str.h"
#include "text/stem.h"
#include "text/tokens.h"

#define TEXTTERMS_VERSION 1

/* The two low bits of a term's hash. */
enum textterms_kind {
	TEXTTERMS_WORD = 0,
	TEXTTERMS_PAIR = 1,
	TEXTTERMS_GRAM = 2
};
static inline enum textterms_kind textterms_kind(uint64_t hash)
{
	return (enum textterms_kind)(hash & 3);
}

struct textterm {
	uint64_t hash;
	float weight;
	uint32_t count;
	struct span word; /* folded, not stemmed; {NULL,0}: a pair, of */
	struct span first, second;
};

struct textterms {              /* zeroed: valid */
	struct textterm *items; /* [count], by hash, each once */
	size_t count, cap;
	struct tokens tokens;
	struct stem *stem;
	struct str pair;
};

/* Replaces items by the terms of text. Spans are valid until the next read. */
void textterms_read(struct textterms *t, struct span text);
void textterms_release(struct textterms *t);

/* The hash of one folded word's term. */
uint64_t textterms_word(struct textterms *t, struct span word);

/* Calls each(ctx, hash) for the character 3- to 5-grams of "<word>"; words of
 * more than 32 characters have none. */
void textterms_grams(struct span word, void (*each)(void *ctx, uint64_t hash),
		     void *ctx);

#endif
