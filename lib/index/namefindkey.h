/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of namefind.h: keys, and what they are found by. The index is a
 * header, then (each from a multiple of 8 on) offsets, marks, signatures,
 * buckets, entries and keys. An entry is the number of a name; bucket i holds
 * the entries of fragments whose hash (namefind_fragment) begins with the bits
 * of i, ascending.
 */
#ifndef MOODPIPE_NAMEFINDKEY_H
#define MOODPIPE_NAMEFINDKEY_H

#include "base/str.h"

enum {
	NAMEFIND_VERSION = 1,
	NAMEFIND_HALVES = 16, /* letters of a key that is found by its halves */
	NAMEFIND_LETTERS = 256, /* of a key; the rest is not looked at */
	NAMEFIND_PIECES = 5,
	/* Fragments of a key: halves, and each less a letter; or pieces. */
	NAMEFIND_FRAGMENTS = NAMEFIND_HALVES + 4
};

struct namefind_header {
	uint32_t version, bits;
	uint64_t names, entries, bytes; /* bytes: of keys */
};

struct namefind_key {
	uint32_t letter[NAMEFIND_LETTERS]; /* code points */
	uint32_t n;
};

/* A name's key, as UTF-8 appended to out; returns the mark of its folding. */
uint32_t namefind_key(struct span name, struct str *out);
/* The letters of a key's UTF-8. */
void namefind_letters(struct span key, struct namefind_key *out);

/* Letters and their number, in brief: a key within far changes of another has
 * at most far letters that the other has not (namefind_apart). */
uint32_t namefind_signature(const struct namefind_key *key);
static inline bool namefind_apart(uint32_t a, uint32_t b, uint32_t far)
{
	uint32_t n = a >> 24, m = b >> 24, some = a & 0xffffff,
		 others = b & 0xffffff;

	return n > m + far || m > n + far ||
	       (uint32_t)__builtin_popcount(some & ~others) > far ||
	       (uint32_t)__builtin_popcount(others & ~some) > far;
}

/* The hash of letters p[0..n) without p[gap] (gap >= n: all of them), found as
 * part `part` (0, 1: a half; 2 and up: a piece) of a key; keys that are cut in
 * pieces have the number of their letters in it, others 0. */
uint64_t namefind_fragment(const uint32_t *p, uint32_t n, uint32_t gap,
			   uint32_t part, uint32_t letters);
/* Where half or piece i of a key of n letters begins. */
static inline uint32_t namefind_cut(uint32_t n, uint32_t i)
{
	uint32_t parts = n <= NAMEFIND_HALVES ? 2 : NAMEFIND_PIECES;

	return n * i / parts;
}
/* The distinct fragments of a key; returns their number. */
size_t namefind_fragments(const struct namefind_key *key,
			  uint64_t out[NAMEFIND_FRAGMENTS]);

#endif
