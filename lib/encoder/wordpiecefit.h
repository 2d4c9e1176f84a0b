/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A WordPiece vocabulary from texts, and the tokenizer.json with it: BERT's
 * normaliser and pre-tokeniser cut texts into words, a word begins as its
 * characters, and the pair of pieces that is met most often becomes a piece
 * until there are enough (Sennrich et al. 2016; of equally frequent pairs the one
 * whose pieces came first). The same texts give the same bytes, in any order.
 */
#ifndef MOODPIPE_WORDPIECEFIT_H
#define MOODPIPE_WORDPIECEFIT_H

#include "base/err.h"
#include "base/str.h"

#define WORDPIECEFIT_SPECIALS 5 /* [PAD] [UNK] [CLS] [SEP] [MASK] */

struct wordpiecefit_options {
	size_t size;         /* pieces at most, special ones counted */
	size_t alphabet;     /* characters at most, the most frequent */
	uint64_t occurrence; /* a pair must be met so often */
	bool lowercase;      /* and accents off */
};
extern const struct wordpiecefit_options wordpiecefit_defaults;

/* Appends a tokenizer.json to out. -1, ERR_DATA: no words, or a size that the
 * characters alone do not fit; ERR_ENV. */
int wordpiecefit(const struct span *texts, size_t count,
		 const struct wordpiecefit_options *o, struct str *out,
		 struct err *err);

#endif
