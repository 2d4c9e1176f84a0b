/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts to sequences of tokens: prefixes, windows of long texts, pairs cut
 * until they fit, gathered into batches.
 */
#ifndef MOODPIPE_SENTENCEPIECES_H
#define MOODPIPE_SENTENCEPIECES_H

#include "encoder/encoder.h"

struct sentencepiece {    /* a sequence of the batch */
	size_t text;      /* whose it is */
	size_t skip;      /* tokens that do not count in pooling */
	double share;     /* of its text's result: 1, or a window's */
	bool first, last; /* of its text's windows */
};

struct sentencepieces;
/* Called with each full batch. -1: the call that filled it fails with *err. */
typedef int sentencepieces_encode(void *ctx, const struct sentencepieces *p,
				  struct err *err);

struct sentencepieces {
	const struct encoderfolder *folder;
	struct tokenizer_work *tokenizer;
	struct str text;                       /* as the tokenizer gets it */
	struct subwords query, tokens, window; /* before special ones */
	sentencepieces_encode *encode;
	void *ctx;

	struct sentencepiece *items; /* of the batch */
	struct subwords batch;       /* their tokens */
	size_t *start;               /* [count + 1] of batch */
	size_t count, items_cap, start_cap;
};
void sentencepieces_init(struct sentencepieces *p,
			 const struct encoderfolder *f);
void sentencepieces_release(struct sentencepieces *p);

/* A first batch, empty. */
void sentencepieces_begin(struct sentencepieces *p,
			  sentencepieces_encode *encode, void *ctx);
/* Text number `text`, s, behind its prefix; *windows (may be NULL): how many it
 * was cut into. A text that is no token at all, special ones counted, has no
 * piece. */
int sentencepieces_text(struct sentencepieces *p, size_t text,
			const char *prefix, struct span s, unsigned *windows,
			struct err *err);
/* The first of the pairs to come; and the pair of it and text i. */
void sentencepieces_query(struct sentencepieces *p, struct span query);
int sentencepieces_pair(struct sentencepieces *p, size_t i, struct span text,
			struct err *err);
/* Encodes what is left. */
int sentencepieces_end(struct sentencepieces *p, struct err *err);

#endif
