/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of indexwriter.h that writes names, columns and strings. */
#include <stdlib.h>

#include "base/mem.h"
#include "index/indexstored.h"

static uint32_t ranked(const struct namelist *l, uint32_t number)
{
	return number == CATALOGUE_NONE ? number : l->rank[number];
}

static uint16_t ranked_language(const struct namelist *l, uint32_t number)
{
	uint32_t rank = ranked(l, number);

	return rank < CATALOGUE_NO_LANGUAGE ? (uint16_t)rank
					    : CATALOGUE_NO_LANGUAGE;
}

/* One column: extract(row) of every row. */
#define COLUMN(pw, name, type, expression)                                     \
	do {                                                                   \
		if (pack_begin(pw, name, err))                                 \
			return -1;                                             \
		for (size_t i_ = 0; i_ < w->count; i_++) {                     \
			const struct index_stored *s = &w->rows[i_];           \
			type v_ = (type)(expression);                          \
			if (pack_put(pw, &v_, sizeof(v_), err))                \
				return -1;                                     \
		}                                                              \
	} while (0)

static int write_numbers(const struct indexwriter *w, struct pack_writer *pw,
			 struct err *err)
{
	COLUMN(pw, "track.keys", uint64_t, s->key);
	COLUMN(pw, "track.artist", uint32_t, ranked(&w->artists, s->artist));
	COLUMN(pw, "track.genre", uint32_t, ranked(&w->genres, s->genre));
	COLUMN(pw, "track.language", uint16_t,
	       ranked_language(&w->languages, s->language));
	COLUMN(pw, "track.year", int16_t, s->year);
	COLUMN(pw, "track.duration", float, s->duration);
	COLUMN(pw, "track.plays", float, s->plays);
	COLUMN(pw, "track.popularity", float, s->popularity);
	COLUMN(pw, "track.tier", uint8_t, s->tier);
	COLUMN(pw, "track.link", uint8_t, s->link);
	return 0;
}

int index_write_flags(const struct indexwriter *w, const uint8_t *measured,
		      const uint8_t *voice, struct pack_writer *pw,
		      struct err *err)
{
	COLUMN(pw, "track.flags", uint8_t,
	       s->flags | (measured[i_] ? CATALOGUE_HEARD : 0) |
		   catalogue_voice_flags(s->voice | voice[i_]));
	COLUMN(pw, "track.voice", uint8_t, s->voice | voice[i_]);
	return 0;
}

static int write_albums(struct indexwriter *w, struct pack_writer *pw,
			struct err *err)
{
	if (!w->albums.names.count)
		return 0;
	namelist_rank(&w->albums);
	if (namelist_write(&w->albums, "album.offsets", "album.names", pw, err))
		return -1;
	COLUMN(pw, "track.album", uint32_t, ranked(&w->albums, s->album));
	return 0;
}

/* How many rows are the usual ones, and which. */
static int write_usual(const struct indexwriter *w, struct pack_writer *pw,
		       struct err *err)
{
	uint64_t usual = 0;

	for (size_t i = 0; i < w->count; i++)
		usual += catalogue_is_usual(w->rows[i].link, w->rows[i].flags);
	if (pack_begin(pw, "track.usual", err) ||
	    pack_put(pw, &usual, sizeof(usual), err))
		return -1;
	for (size_t i = 0; i < w->count; i++) {
		uint8_t is =
		    catalogue_is_usual(w->rows[i].link, w->rows[i].flags);

		if (pack_put(pw, &is, sizeof(is), err))
			return -1;
	}
	return 0;
}

static size_t total(const struct index_stored *s)
{
	size_t n = 0;

	for (int f = 0; f < CATALOGUE_FIELDS; f++)
		n += s->length[f];
	return n;
}

static int write_strings(const struct indexwriter *w, struct pack_writer *pw,
			 struct err *err)
{
	uint64_t at = 0;

	if (pack_begin(pw, "track.offsets", err) ||
	    pack_put(pw, &at, sizeof(at), err))
		return -1;
	for (size_t i = 0; i < w->count; i++)
		for (int f = 0; f < CATALOGUE_FIELDS; f++) {
			at += w->rows[i].length[f];
			if (pack_put(pw, &at, sizeof(at), err))
				return -1;
		}
	if (pack_begin(pw, "track.strings", err))
		return -1;
	for (size_t i = 0; i < w->count; i++)
		if (pack_put(pw, index_strings(w, &w->rows[i]),
			     total(&w->rows[i]), err))
			return -1;
	return 0;
}

static int write_found(const struct indexwriter *w, int threads,
		       struct pack_writer *pw, struct err *err)
{
	uint32_t *number = mem_zalloc(w->count + 1, sizeof(*number));
	int rc;

	for (size_t i = 0; i < w->count; i++)
		number[i] = w->rows[i].artist;
	rc = namelist_write_rows(&w->artists, number, w->count, threads,
				 &artist_sections, pw, err);
	for (size_t i = 0; i < w->count; i++)
		number[i] = w->rows[i].title;
	rc = rc || namelist_write_rows(&w->titles, number, w->count, threads,
				       &title_sections, pw, err);
	free(number);
	return rc ? -1 : 0;
}

int index_write_catalogue(struct indexwriter *w, int threads,
			  struct pack_writer *pw, struct err *err)
{
	namelist_rank(&w->artists);
	namelist_rank(&w->genres);
	namelist_rank(&w->titles);
	namelist_rank(&w->languages);
	return namelist_write(&w->artists, "artist.offsets", "artist.names", pw,
			      err) ||
		       namelist_write(&w->genres, "genre.offsets",
				      "genre.names", pw, err) ||
		       namelist_write(&w->languages, "language.offsets",
				      "language.names", pw, err) ||
		       write_numbers(w, pw, err) || write_usual(w, pw, err) ||
		       write_strings(w, pw, err) ||
		       write_found(w, threads, pw, err) ||
		       write_albums(w, pw, err)
		   ? -1
		   : 0;
}
