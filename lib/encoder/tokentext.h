/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text on its way to tokens: rewritten step by step and cut into pieces,
 * while every byte of it knows which bytes of the given text it stands for.
 */
#ifndef MOODPIPE_TOKENTEXT_H
#define MOODPIPE_TOKENTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct tokenbytes {
	char *p;
	uint32_t *from, *to; /* of each byte, in the given text */
	size_t n, cap;
	size_t limit; /* what is put beyond is dropped */
};

struct tokenpiece {
	uint32_t begin, end;
	int32_t id; /* an added token's; -1: text */
};

struct tokencut { /* a find: begin <= end; or what is between two */
	uint32_t begin, end;
	bool match;
};

enum tokencut_behaviour {
	TOKENCUT_REMOVED,
	TOKENCUT_ISOLATED,
	TOKENCUT_MERGED_WITH_PREVIOUS,
	TOKENCUT_MERGED_WITH_NEXT,
	TOKENCUT_CONTIGUOUS,
};

struct tokentext { /* zeroed is empty; to release */
	struct tokenbytes now, next;
	struct tokenpiece *pieces, *more;
	size_t count, cap, more_count, more_cap;
	struct tokencut *cuts;
	size_t cut_count, cut_cap;
};

void tokentext_release(struct tokentext *t);
/* One piece, or none where the text is empty. Malformed bytes: U+FFFD. */
void tokentext_set(struct tokentext *t, struct span text);
bool tokentext_is_ascii(const struct tokentext *t);

void tokenbytes_reserve(struct tokenbytes *b, size_t more);
/* A code point that stands for those bytes. */
void tokenbytes_put_code(struct tokenbytes *b, uint32_t code, uint32_t from,
			 uint32_t to);
static inline void tokenbytes_put(struct tokenbytes *b, uint32_t code,
				  uint32_t from, uint32_t to)
{
	if (code < 0x80 && b->n < b->cap && b->n < b->limit) {
		b->p[b->n] = (char)code;
		b->from[b->n] = from;
		b->to[b->n++] = to;
		return;
	}
	tokenbytes_put_code(b, code, from, to);
}
/* All bytes of s stand for the same. */
void tokenbytes_put_span(struct tokenbytes *b, struct span s, uint32_t from,
			 uint32_t to);
void tokenbytes_copy(struct tokenbytes *b, const struct tokenbytes *source,
		     size_t begin, size_t end);

/* Rewrites every piece of text: fn appends to `out` what in[begin, end) becomes
 * (begin < end). Pieces that become empty go. */
typedef void tokentext_map_fn(const void *ctx, const struct tokenbytes *in,
			      size_t begin, size_t end, struct tokenbytes *out);
void tokentext_map(struct tokentext *t, tokentext_map_fn *fn, const void *ctx);

/* Cuts every piece of text: fn calls tokentext_keep for what [begin, end) falls
 * into, in order. What is empty is not kept. */
typedef void tokentext_cut_fn(const void *ctx, struct tokentext *t,
			      size_t begin, size_t end);
void tokentext_cut(struct tokentext *t, tokentext_cut_fn *fn, const void *ctx);
void tokentext_keep(struct tokentext *t, size_t begin, size_t end, int32_t id);

/* For such an fn: finds are put in order, tokentext_found puts what is between,
 * tokentext_behave keeps pieces as the behaviour has it. */
void tokentext_find(struct tokentext *t);
void tokentext_found(struct tokentext *t, size_t piece_begin, size_t begin,
		     size_t end);
void tokentext_behave(struct tokentext *t, size_t begin, size_t end,
		      enum tokencut_behaviour behaviour, bool invert);

/* The code point at p, of well-formed text, and its length. */
static inline size_t tokentext_code(const char *text, uint32_t *code)
{
	const unsigned char *p = (const unsigned char *)text;

	if (*p < 0x80) {
		*code = *p;
		return 1;
	}
	if (*p < 0xe0) {
		*code = (*p & 0x1fu) << 6 | (p[1] & 0x3fu);
		return 2;
	}
	if (*p < 0xf0) {
		*code =
		    (*p & 0xfu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
		return 3;
	}
	*code = (*p & 7u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 |
		(p[3] & 0x3fu);
	return 4;
}
/* The length of the code point that ends before p. */
static inline size_t tokentext_back(const char *p)
{
	size_t n = 1;

	while (n < 4 && ((unsigned char)p[-(ptrdiff_t)n] & 0xc0) == 0x80)
		n++;
	return n;
}

#endif
