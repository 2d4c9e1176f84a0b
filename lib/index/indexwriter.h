/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing a generation: rows are collected, ordered by key and written as the
 * sections of index(5). The bytes depend on the set of rows only, never on the
 * order or the files in which they came.
 */
#ifndef MOODPIPE_INDEXWRITER_H
#define MOODPIPE_INDEXWRITER_H

#include "index/featset.h"
#include "index/generation.h"
#include "index/textlists.h"

struct index_row {
	uint64_t key;
	struct span text[CATALOGUE_FIELDS]; /* n == 0: absent */
	bool has_year;
	int year;
	float plays, popularity; /* NaN: missing */
	uint8_t tier, link, flags;
};

struct indexwriter;
struct indexwriter *indexwriter_new(void);
void indexwriter_free(struct indexwriter *w);
/* Copies row. -1: more rows than an index holds. */
int indexwriter_add(struct indexwriter *w, const struct index_row *row,
		    struct err *err);

/* Feature files by signal; any may be NULL. */
struct index_sources {
	struct featset *text, *sound, *mood, *audio[AUDIO_KINDS];
	int threads; /* to build what is made of them; the bytes are the same */
};
struct index_counts {
	size_t tracks, artists, genres, text, mood, audio[AUDIO_KINDS];
	size_t display, measured; /* rows with display features */
	struct textlists_made lists;
};
/* Orders the rows and writes every section but the models' and texts. -1:
 * two rows of one key, or a feature file that does not fit. */
int indexwriter_write(struct indexwriter *w, const struct index_sources *s,
		      struct pack_writer *pw, struct index_counts *counts,
		      struct err *err);

#endif
