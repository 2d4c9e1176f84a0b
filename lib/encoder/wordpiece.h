/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * WordPiece (Schuster & Nakajima 2012) as BERT has it: from the left, always
 * the longest spelling that is in the vocabulary; a word that does not come out
 * is unknown as a whole. And WordLevel, which knows whole words only.
 */
#ifndef MOODPIPE_WORDPIECE_H
#define MOODPIPE_WORDPIECE_H

#include "encoder/tokenout.h"
#include "encoder/tokenvocab.h"

struct wordpiece {         /* to release */
	struct str prefix; /* of what does not begin a word */
	int32_t unknown;
	size_t max_chars; /* longer words are unknown */
	bool whole;       /* WordLevel */
};

/* From a model's members. -1, ERR_DATA. */
int wordpiece_init(struct wordpiece *w, struct span model, bool whole,
		   const struct tokenvocab *v, struct err *err);
void wordpiece_release(struct wordpiece *w);

/* hashes: scratch. piece is not empty. */
struct wordpiece_work {
	uint64_t *hashes;
	size_t cap;
};
void wordpiece_encode(const struct wordpiece *w, const struct tokenvocab *v,
		      struct wordpiece_work *work, struct span piece,
		      struct tokenout *out);

#endif
