/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing prints (lyricprint.h). Grams are made in parts of the range of their
 * hashes, each in memory, from the codes that are written already. The bytes
 * depend on the texts only, not on the memory or the threads.
 */
#ifndef MOODPIPE_LYRICPRINTBUILD_H
#define MOODPIPE_LYRICPRINTBUILD_H

#include "index/lyricprint.h"

struct lyricprint_source {
	size_t count; /* texts, with or without words */
	/* The words of text i, valid until the next call; fewer than
	 * LYRICPRINT_LEAST: it has no print. */
	size_t (*words)(void *ctx, size_t i, const uint16_t **words);
	void *ctx;
	size_t memory; /* bytes for grams; 0: 256 MiB */
	int threads;
};
/* Writes the sections; none where no text has words enough. *count: texts that
 * have a print. -1: ERR_ENV; ERR_DATA, more than a print holds. */
int lyricprint_write(const struct lyricprint_source *s,
		     const struct lyricprint_sections *name,
		     struct pack_writer *pw, size_t *count, struct err *err);

#endif
