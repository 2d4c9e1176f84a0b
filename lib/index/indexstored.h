/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of indexwriter.h: the rows that were collected. */
#ifndef MOODPIPE_INDEXSTORED_H
#define MOODPIPE_INDEXSTORED_H

#include "index/indexwriter.h"
#include "index/namelist.h"
#include "index/wordwriter.h"

struct index_stored {
	uint64_t key;
	uint64_t at; /* of its strings in the blob; unless it is the base's */
	uint64_t beside; /* of its other texts, wordwriter.h */
	uint32_t length[CATALOGUE_FIELDS];
	/* In order of appearance. */
	uint32_t artist, genre, title, language, album;
	uint32_t was;   /* row of that key in the base, or NONE */
	uint32_t lists; /* of its playlists, in the array of their numbers */
	float duration, plays, popularity;
	int16_t year;
	uint8_t tier, link, flags, voice, nlists;
	bool fresh; /* was added; else it is the base's */
};

struct indexwriter {
	const struct generation *base;
	struct index_stored *rows;
	size_t count, cap;
	uint64_t *dropped;
	size_t ndropped, dropped_cap;
	struct str blob, scratch;
	struct namelist artists, genres, titles, languages, albums, playlists;
	uint32_t *lists;
	size_t nlists, lists_cap;
	struct wordwriter *words;
};

/* The strings of a row, which stand one behind another. */
const char *index_strings(const struct indexwriter *w,
			  const struct index_stored *s);

/* indexcolumns.c: ranks the names; names, columns and strings. */
int index_write_catalogue(struct indexwriter *w, int threads,
			  struct pack_writer *pw, struct err *err);
/* What follows from columns and sound: flags, voices. heard (NULL: nothing) and
 * voice are by row. */
int index_write_flags(const struct indexwriter *w, const uint8_t *measured,
		      const uint8_t *voice, struct pack_writer *pw,
		      struct err *err);

/* indexbeside.c: words; prints of lyrics and titles; playlists. */
int index_write_beside(struct indexwriter *w, const struct index_sources *s,
		       struct pack_writer *pw, struct index_counts *counts,
		       struct err *err);

#endif
