/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of lyricprint.h: sizes that follow from one another, index(5). */
#ifndef MOODPIPE_LYRICPRINTFORMAT_H
#define MOODPIPE_LYRICPRINTFORMAT_H

#include "index/lyricprint.h"

enum {
	LYRICPRINT_MARK = 12,       /* bits of a gram's hash in an entry */
	LYRICPRINT_PER_BUCKET = 16, /* words of all texts */
};
#define LYRICPRINT_TEXTS ((size_t)1 << 30)
/* Texts that have grams of one of them, places: 2^32 - 1 at most. */

/* Bits of a text's number, where there are that many. */
unsigned lyricprint_width(size_t count);
/* Of a bucket's, where the texts have that many words. */
unsigned lyricprint_bucket_bits(size_t words, unsigned width);

#endif
