/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of lyricprintbuild.h: the grams of texts whose words are written. */
#ifndef MOODPIPE_LYRICPRINTGRAMS_H
#define MOODPIPE_LYRICPRINTGRAMS_H

#include "index/lyricprintformat.h"

struct lyricprint_texts {
	size_t count;
	const uint64_t *first; /* [count + 1], into the section of words */
	size_t memory;         /* bytes; 0: 256 MiB */
	int threads;
};
/* Writes the sections of grams and of buckets. */
int lyricprint_write_grams(const struct lyricprint_texts *t,
			   const struct lyricprint_sections *name,
			   struct pack_writer *pw, struct err *err);

#endif
