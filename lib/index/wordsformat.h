/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of a word index, man index(5): what the builder and the reader
 * (words.h) share. All numbers are little-endian; a "number" in a list or page
 * is LEB128: seven bits a byte, the lowest first, the top bit set on all but
 * the last.
 *
 * The index is a header and eight parts, each from a multiple of 4096 on:
 *
 *   lengths    uint16[rows][WORDS_FIELDS]: words of each field, 65535 at most
 *   lists      uint64[terms + 1]: list i is bytes lists[i] to lists[i + 1] of
 *              the postings
 *   term keys  uint64[pages]: the first 8 bytes of a page's first word, as a
 *              big-endian number, zeros behind a shorter one
 *   terms      the distinct stems, ascending (memcmp), in pages; a term's
 *              number is its place
 *   form keys  likewise, of the next part
 *   forms      the distinct words, ascending, each with the number of its term
 *              and its own among the words of that term (0, 1 ... ascending)
 *   postings   per term: which rows have it, and how much
 *   positions  per term and row: where
 *
 * A page is WORDS_PAGE bytes: struct words_page, then entries {number: bytes
 * shared with the word before (0 for the first), number: bytes that follow,
 * those bytes; of forms also number: term, number: form}.
 *
 * A list is {number: rows that have the term, number: words of the term,
 * number: offset of its positions, number: their size}, then blocks of
 * WORDS_BLOCK rows, the last one shorter. If there is more than one, struct
 * words_block of each stands first. A block is the gaps between rows (row - row
 * before - 1; the first of all: row), either packed, bits each, or as numbers,
 * and one byte a row: its code. Packed: number i of 128 is in lane i % 4 of
 * four interleaved streams of 32-bit words, from bit (i / 4) * bits on.
 *
 * Positions of a row are {number: ((p << 3 | f) << 1 | more), number: form
 * (only of terms with several)}: f fields up from the one before (or field 0),
 * p places up in the same field, or from 0 in a new one; more: another follows.
 */
#ifndef MOODPIPE_WORDSFORMAT_H
#define MOODPIPE_WORDSFORMAT_H

#include "base/str.h"
#include "index/words.h"

enum {
	WORDS_VERSION = 1,
	WORDS_ALIGN = 4096,
	WORDS_PAGE = 2048,
	WORDS_BLOCK = 128,
	WORDS_BITS_MAX = 24,     /* so that 128 gaps do not overflow 32 bits */
	WORDS_UNPACKED = 255,    /* of bits: gaps as numbers */
	WORDS_WORD_MAX = 64,     /* bytes; longer words are cut */
	WORDS_FIELD_MAX = 65535, /* words of a field; more are not read */
	WORDS_ROWS_MAX = 1 << 30
};

enum words_part {
	WORDS_LENGTHS,
	WORDS_LISTS,
	WORDS_TERM_KEYS,
	WORDS_TERMS,
	WORDS_FORM_KEYS,
	WORDS_FORMS,
	WORDS_POSTINGS,
	WORDS_POSITIONS,
	WORDS_PARTS
};

struct words_header {
	uint32_t version, fields;
	uint64_t rows, documents;        /* documents: rows with any word */
	uint64_t terms, forms, postings; /* postings: rows, summed over terms */
	struct words_model model;
	float
	    average[WORDS_FIELDS]; /* words, of the rows that have the field */
	uint32_t zero;
	struct {
		uint64_t offset, size;
	} parts[WORDS_PARTS];
};

struct words_page {
	uint16_t count, size; /* entries; bytes used, this header included */
	uint32_t first;       /* number of the first entry */
};

struct words_block {
	uint32_t last;      /* its last row */
	uint32_t end;       /* its end, from the first block's start */
	uint32_t positions; /* of its first row, from the list's first */
	uint8_t best;       /* the largest code */
	uint8_t bits;       /* 0 to WORDS_BITS_MAX, or WORDS_UNPACKED */
	uint16_t zero;
};

#define WORDS_NUMBER_MAX 10 /* bytes */

static inline size_t words_number_put(uint8_t *to, uint64_t v)
{
	size_t n = 0;

	for (; v > 127; v >>= 7)
		to[n++] = (uint8_t)(v | 128);
	to[n++] = (uint8_t)v;
	return n;
}

static inline void words_number(struct str *out, uint64_t v)
{
	uint8_t b[WORDS_NUMBER_MAX] = { 0 };
	size_t n = words_number_put(b, v);

	str_put(out, b, n);
}

/* The place behind the number at p; NULL (and *v == 0) where it does not end
 * before `end`. p may be NULL. */
static inline const uint8_t *words_number_get(const uint8_t *p,
					      const uint8_t *end, uint64_t *v)
{
	uint64_t x = 0;

	*v = 0;
	if (!p)
		return NULL;
	if (p < end && *p < 128) { /* most are */
		*v = *p;
		return p + 1;
	}
	for (unsigned shift = 0; p < end && shift < 64; shift += 7) {
		x |= (uint64_t)(*p & 127) << shift;
		if (!(*p++ & 128)) {
			*v = x;
			return p;
		}
	}
	return NULL;
}

/* What of a word is indexed. */
static inline struct span words_cut(struct span word)
{
	return (struct span){ word.p, word.n < WORDS_WORD_MAX
					  ? word.n
					  : (size_t)WORDS_WORD_MAX };
}

/* A row's code of a term: 256 x / (k1 + x) to the nearest, 1 to 255, where x is
 * the sum over fields of weight tf / (1 - b + b length / average). */
static inline double words_share(const struct words_header *h, unsigned field,
				 uint32_t tf, uint32_t length)
{
	double b = (double)h->model.b[field];

	if (!tf)
		return 0;
	return (double)h->model.weight[field] * tf /
	       (1 - b + b * (length ? length : 1) / (double)h->average[field]);
}

static inline uint8_t words_code(const struct words_header *h,
				 const uint32_t tf[WORDS_FIELDS],
				 const uint16_t lengths[WORDS_FIELDS])
{
	double x = 0, code;

	for (unsigned f = 0; f < WORDS_FIELDS; f++)
		x += words_share(h, f, tf[f], lengths[f]);
	code = 256 * x / ((double)h->model.k1 + x) + 0.5;
	return code >= 255 ? 255 : code >= 1 ? (uint8_t)code : 1;
}

/* One occurrence of a term. */
struct words_place {
	uint32_t field, at; /* at: word of the field, from 0 */
	uint32_t form;
};

/* The place behind the occurrence at p, which follows *place (zeroed before the
 * first); NULL where it is broken. *more: another follows. */
static inline const uint8_t *words_place_get(const uint8_t *p,
					     const uint8_t *end, bool forms,
					     struct words_place *place,
					     bool *more)
{
	uint64_t v, form = 0;
	uint32_t up, at;

	*more = false;
	p = words_number_get(p, end, &v);
	if (p && forms)
		p = words_number_get(p, end, &form);
	if (!p)
		return NULL;
	up = (uint32_t)(v >> 1 & 7);
	at = (uint32_t)(v >> 4) + (up ? 0 : place->at);
	if (place->field + up >= WORDS_FIELDS || v >> 4 > WORDS_FIELD_MAX ||
	    at > WORDS_FIELD_MAX)
		return NULL;
	place->field += up;
	place->at = at;
	place->form = (uint32_t)form;
	*more = v & 1;
	return p;
}

#endif
