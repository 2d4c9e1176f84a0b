/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tokenizers as tokenizer.json of the Hugging Face hub describes them
 * (github.com/huggingface/tokenizers, format 1.0): text is cut at added
 * tokens, normalised, cut again (pre-tokenisers), and each piece becomes tokens
 * by a model: WordPiece (Schuster & Nakajima 2012), byte-pair encoding (Sennrich
 * et al. 2016), also by bytes, or a unigram model (Kudo 2018). A component that
 * is not known is refused by its name, never skipped. The file is taken as
 * hostile.
 *
 *   normalizers       BertNormalizer NFC NFD NFKC NFKD Lowercase StripAccents
 *                     Strip Replace Prepend Nmt Precompiled ByteLevel Sequence
 *   pre-tokenizers    BertPreTokenizer Whitespace WhitespaceSplit ByteLevel
 *                     Metaspace Punctuation Digits Split CharDelimiterSplit
 *                     Sequence
 *   models            WordPiece WordLevel BPE (without dropout) Unigram
 *   post-processors   TemplateProcessing BertProcessing RobertaProcessing
 *                     ByteLevel Sequence
 *   decoders          WordPiece ByteLevel Metaspace BPEDecoder ByteFallback Fuse
 *                     Strip Replace Sequence
 *
 * Truncation and padding are the caller's; those of the file are not applied.
 * What Unicode says is that of version 15. Regular expressions are limited in
 * how long they may try: beyond, a piece stays uncut.
 */
#ifndef MOODPIPE_TOKENIZER_H
#define MOODPIPE_TOKENIZER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct tokenizer; /* read-only: any thread */
/* path: a tokenizer.json. NULL: ERR_ENV, ERR_DATA (what is missing, or the name
 * of what is not known). */
struct tokenizer *tokenizer_open(const char *path, struct err *err);
void tokenizer_free(struct tokenizer *t);

size_t tokenizer_size(const struct tokenizer *t); /* ids are below */
/* The id of a token as the vocabulary spells it; -1: none. */
int32_t tokenizer_id(const struct tokenizer *t, struct span token);
/* The vocabulary's spelling; absent, {NULL, 0}, where the id has none. */
struct span tokenizer_spelling(const struct tokenizer *t, int32_t id);

struct subword {
	int32_t id;
	uint8_t type;        /* segment: 0, or 1 in the second text */
	bool special;        /* added by the post-processor */
	uint32_t begin, end; /* bytes of its text; special: 0, 0 */
};

struct subwords { /* zeroed is empty; to release */
	struct subword *items;
	size_t count, cap;
};
void subwords_release(struct subwords *t);

struct tokenizer_work; /* scratch of one thread, and what it remembers */
struct tokenizer_work *tokenizer_work_new(const struct tokenizer *t);
void tokenizer_work_free(struct tokenizer_work *w);

/* Replaces *out with the tokens of a text, without those that the
 * post-processor adds; never truncated. Bytes that are no UTF-8 count as
 * U+FFFD. Of a text TOKENIZER_TEXT_MAX bytes are read. */
#define TOKENIZER_TEXT_MAX ((size_t)64 << 20)
void tokenizer_encode(const struct tokenizer *t, struct tokenizer_work *w,
		      struct span text, struct subwords *out);

/* How many tokens the post-processor adds to one text, or to a pair. */
size_t tokenizer_added(const struct tokenizer *t, bool pair);
/* Appends a text's tokens (b NULL), or a pair's, with those that the
 * post-processor adds, and with its types. a and b may be parts. */
struct subword_slice {
	const struct subword *items;
	size_t count;
};
void tokenizer_finish(const struct tokenizer *t, struct subword_slice a,
		      const struct subword_slice *b, struct subwords *out);

/* Appends the text of these ids as the decoder spells it; special tokens are
 * left out where skip says so. */
void tokenizer_decode(const struct tokenizer *t, const int32_t *ids,
		      size_t count, bool skip_special, struct str *out);

#endif
