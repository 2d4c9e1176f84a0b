/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Byte-pair encoding (Sennrich et al. 2016): a piece begins as its code points,
 * and of all neighbours the pair that was merged first in training is merged,
 * the leftmost where there are several, until none is left.
 */
#ifndef MOODPIPE_BYTEPAIR_H
#define MOODPIPE_BYTEPAIR_H

#include "base/err.h"
#include "encoder/tokenout.h"
#include "encoder/tokenvocab.h"

struct bytepair_merge {
	uint64_t pair; /* left id << 32 | right id; UINT64_MAX: free */
	uint32_t rank;
	int32_t id; /* of both as one */
};

struct bytepair {                      /* to release */
	struct bytepair_merge *merges; /* [mask + 1] */
	size_t mask;
	struct str prefix; /* of what does not begin a piece */
	struct str suffix; /* of what ends one */
	int32_t unknown;   /* -1: what is not known is left out */
	bool fuse_unknown, byte_fallback, ignore_merges;
	int32_t bytes[256]; /* <0x00> to <0xFF>; -1: not there */
};

/* From a model's members and its merges. -1, ERR_DATA. */
int bytepair_init(struct bytepair *b, struct span model, struct span merges,
		  const struct tokenvocab *v, struct err *err);
void bytepair_release(struct bytepair *b);

struct bytepair_work { /* zeroed is empty; to release */
	struct bytepair_symbol *symbols;
	struct bytepair_next *heap;
	size_t count, cap, heap_count, heap_cap;
};
void bytepair_work_release(struct bytepair_work *w);
/* piece is not empty. */
void bytepair_encode(const struct bytepair *b, const struct tokenvocab *v,
		     struct bytepair_work *w, struct span piece,
		     struct tokenout *out);

static inline size_t bytepair_slot(const struct bytepair *b, uint64_t pair)
{
	pair = (pair ^ pair >> 32) * UINT64_C(0xbf58476d1ce4e5b9);
	return (size_t)((pair ^ pair >> 29) & b->mask);
}

/* The tokens <0x00> to <0xFF> of a vocabulary. */
void bytepair_bytes(const struct tokenvocab *v, int32_t bytes[256]);

#endif
