/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The section "words" while an index is written: the texts of a row that the
 * catalogue does not hold wait in an unnamed file, since the order of rows is
 * known only at the end.
 */
#ifndef MOODPIPE_WORDWRITER_H
#define MOODPIPE_WORDWRITER_H

#include "index/wordsbuild.h"
#include "io/pack.h"

#define WORDWRITER_NONE UINT64_MAX

struct wordwriter;
struct wordwriter *wordwriter_new(void);
void wordwriter_free(struct wordwriter *w);

/* Keeps what is beside the catalogue's texts; *at names it. */
int wordwriter_keep(struct wordwriter *w, struct span description,
		    struct span lyrics, uint64_t *at, struct err *err);

/* What all that was kept is, mapped: before the lyrics are asked for. */
int wordwriter_map(struct wordwriter *w, struct err *err);
/* The lyrics that *at names, until w is freed. */
struct span wordwriter_lyrics(const struct wordwriter *w, uint64_t at);

struct wordwriter_rows {
	size_t count;
	/* Gives title, artist, tags and genre of a row, and *at of the rest;
	 * 1: its words are those that it had in the old index. */
	int (*row)(void *ctx, size_t i, struct span text[WORDS_FIELDS],
		   uint64_t *at);
	void *ctx;
	const struct words_view *old; /* NULL: none */
	const uint32_t *row_of;       /* [old->rows]: new row, UINT32_MAX */
	int threads;
	size_t memory;
};
/* A list's values are separated by WORDS_BETWEEN or ends of lines. */
int wordwriter_write(struct wordwriter *w, const struct wordwriter_rows *rows,
		     struct pack_writer *pw, struct err *err);

#endif
