/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/indexwriter.h"

#include <stdlib.h>

#include "base/mem.h"
#include "index/namelist.h"
#include "index/signalwriter.h"
#include "index/wordsformat.h"
#include "index/wordwriter.h"

/* Of words: the least of what sections hold. */
enum { ROWS_MAX = WORDS_ROWS_MAX };

struct stored {
	uint64_t key;
	uint64_t at; /* of its strings in the blob; unless it is the base's */
	uint64_t beside; /* of its other texts, wordwriter.h */
	uint32_t length[CATALOGUE_FIELDS];
	uint32_t artist, genre, title, language; /* in order of appearance */
	uint32_t was; /* row of that key in the base, or NONE */
	float duration, plays, popularity;
	int16_t year;
	uint8_t tier, link, flags;
	bool fresh; /* was added; else it is the base's */
};

struct indexwriter {
	const struct generation *base;
	struct stored *rows;
	size_t count, cap;
	uint64_t *dropped;
	size_t ndropped, dropped_cap;
	struct str blob;
	struct namelist artists, genres, titles, languages;
	struct wordwriter *words;
};

struct indexwriter *indexwriter_new(const struct generation *base)
{
	struct indexwriter *w = mem_zalloc(1, sizeof(*w));

	w->base = base;
	w->words = wordwriter_new();
	return w;
}

void indexwriter_free(struct indexwriter *w)
{
	if (!w)
		return;
	free(w->rows);
	free(w->dropped);
	str_release(&w->blob);
	namelist_release(&w->artists);
	namelist_release(&w->genres);
	namelist_release(&w->titles);
	namelist_release(&w->languages);
	wordwriter_free(w->words);
	free(w);
}

static struct stored *new_row(struct indexwriter *w, struct err *err)
{
	if (w->count >= ROWS_MAX) {
		err_set(err, ERR_DATA, "too-large",
			"more than the %d tracks that an index holds; build "
			"several, each of a part of them",
			ROWS_MAX);
		return NULL;
	}
	MEM_ROOM(w->rows, w->count + 1, w->cap);
	return &w->rows[w->count++];
}

int indexwriter_add(struct indexwriter *w, const struct index_row *row,
		    struct err *err)
{
	struct stored *s = new_row(w, err);

	if (!s)
		return -1;
	*s = (struct stored){
		.key = row->key,
		.at = w->blob.n,
		.was = CATALOGUE_NONE,
		.duration = row->duration,
		.plays = row->plays,
		.popularity = row->popularity,
		.tier = row->tier,
		.link = row->link,
		.flags = row->flags,
		.year = CATALOGUE_NO_YEAR,
		.fresh = true,
	};
	if (row->has_year && row->year > INT16_MIN && row->year <= INT16_MAX)
		s->year = (int16_t)row->year;
	for (int f = 0; f < CATALOGUE_FIELDS; f++) {
		if (row->text[f].n > UINT32_MAX)
			return err_set(err, ERR_DATA, "too-large",
				       "a member of 4 GiB");
		s->length[f] = (uint32_t)row->text[f].n;
		str_span(&w->blob, row->text[f]);
	}
	s->artist = namelist_add(&w->artists, row->text[CATALOGUE_ARTIST]);
	s->genre = namelist_add(&w->genres, row->text[CATALOGUE_GENRE]);
	s->title = namelist_add(&w->titles, row->text[CATALOGUE_TITLE]);
	s->language = namelist_add(&w->languages, row->language);
	return wordwriter_keep(w->words, row->description, row->lyrics,
			       &s->beside, err);
}

void indexwriter_drop(struct indexwriter *w, uint64_t key)
{
	MEM_ROOM(w->dropped, w->ndropped + 1, w->dropped_cap);
	w->dropped[w->ndropped++] = key;
}

/* The strings of a row, which stand one behind another. */
static const char *strings(const struct indexwriter *w, const struct stored *s)
{
	return s->fresh
		   ? w->blob.p + s->at
		   : w->base->blob.p +
			 w->base->offsets[(size_t)s->was * CATALOGUE_FIELDS];
}

/* --- the base's rows --- */

static int by_key(const void *a, const void *b)
{
	const struct stored *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int sort_rows(struct indexwriter *w, struct err *err)
{
	bool sorted = true;

	for (size_t i = 1; i < w->count && sorted; i++)
		sorted = w->rows[i - 1].key < w->rows[i].key;
	if (sorted)
		return 0;
	qsort(w->rows, w->count, sizeof(*w->rows), by_key);
	for (size_t i = 1; i < w->count; i++) {
		const struct stored *s = &w->rows[i];

		if (w->rows[i - 1].key == s->key)
			return err_set(err, ERR_DATA, "duplicate",
				       "the id %.*s occurs twice; give each "
				       "tracks file once",
				       (int)s->length[CATALOGUE_ID],
				       strings(w, s));
	}
	return 0;
}

/* A name of the base by its number there; seen[] remembers. */
static uint32_t old_name(struct namelist *l, const struct names *names,
			 uint32_t number, uint32_t *seen)
{
	struct span name;

	if (number >= names->count)
		return CATALOGUE_NONE;
	if (seen[number] == CATALOGUE_NONE && !names_get(names, number, &name))
		seen[number] = namelist_add_folded(l, name);
	return seen[number];
}

static uint32_t *none_seen(const struct names *names)
{
	size_t size = (names->count + 1) * sizeof(uint32_t);

	return memset(mem_alloc(size), 0xff, size);
}

struct seen {
	uint32_t *artists, *genres, *languages;
};

static int take_row(struct indexwriter *w, uint32_t row, struct seen *seen,
		    struct err *err)
{
	const struct generation *g = w->base;
	struct span text[CATALOGUE_FIELDS];
	struct stored *s = new_row(w, err);

	if (!s)
		return -1;
	*s = (struct stored){
		.key = g->keys[row],
		.beside = WORDWRITER_NONE,
		.was = row,
		.duration = g->duration[row],
		.plays = g->plays[row],
		.popularity = g->popularity[row],
		.year = g->year[row],
		.tier = g->tier[row],
		.link = g->link[row],
		.flags = g->flags[row],
	};
	for (int f = 0; f < CATALOGUE_FIELDS; f++) {
		if (catalogue_text(g, row, f, &text[f], err))
			return -1;
		s->length[f] = (uint32_t)text[f].n;
	}
	s->artist =
	    old_name(&w->artists, &g->artists, g->artist[row], seen->artists);
	s->genre =
	    old_name(&w->genres, &g->genres, g->genre[row], seen->genres);
	s->language = old_name(&w->languages, &g->languages,
			       g->language[row] == CATALOGUE_NO_LANGUAGE
				   ? CATALOGUE_NONE
				   : g->language[row],
			       seen->languages);
	s->title = namelist_add(&w->titles, text[CATALOGUE_TITLE]);
	return 0;
}

/* Adds the base's rows but for those dropped and those there already, which
 * learn where they were. */
static int take_base(struct indexwriter *w, struct index_counts *n,
		     struct err *err)
{
	const struct generation *g = w->base;
	size_t fresh = w->count, i = 0, d = 0;
	struct seen seen = { none_seen(&g->artists), none_seen(&g->genres),
			     none_seen(&g->languages) };
	int rc = 0;

	if (w->ndropped)
		qsort(w->dropped, w->ndropped, sizeof(*w->dropped), by_number);
	for (uint32_t row = 0; row < g->count && !rc; row++) {
		uint64_t key = g->keys[row];

		while (i < fresh && w->rows[i].key < key)
			i++;
		while (d < w->ndropped && w->dropped[d] < key)
			d++;
		if (i < fresh && w->rows[i].key == key) {
			w->rows[i].was = row;
			n->replaced++;
		} else if (d < w->ndropped && w->dropped[d] == key) {
			n->removed++;
		} else {
			rc = take_row(w, row, &seen, err);
		}
	}
	n->added = fresh - n->replaced;
	free(seen.artists);
	free(seen.genres);
	free(seen.languages);
	return rc ? -1 : sort_rows(w, err);
}

/* --- the catalogue --- */

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
			const struct stored *s = &w->rows[i_];                 \
			type v_ = (expression);                                \
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
	COLUMN(pw, "track.flags", uint8_t, s->flags);
	return 0;
}

static size_t total(const struct stored *s)
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
		if (pack_put(pw, strings(w, &w->rows[i]), total(&w->rows[i]),
			     err))
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

static int write_catalogue(struct indexwriter *w, int threads,
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
		       write_numbers(w, pw, err) || write_strings(w, pw, err) ||
		       write_found(w, threads, pw, err)
		   ? -1
		   : 0;
}

/* --- words --- */

static int words_of(void *ctx, size_t i, struct span text[WORDS_FIELDS],
		    uint64_t *at)
{
	static const int field[CATALOGUE_FIELDS] = { -1,           WORDS_TITLE,
						     WORDS_ARTIST, WORDS_GENRE,
						     -1,           WORDS_TAGS };
	const struct indexwriter *w = ctx;
	const struct stored *s = &w->rows[i];
	const char *p = strings(w, s);

	for (int f = 0; f < CATALOGUE_FIELDS; p += s->length[f++])
		if (field[f] >= 0)
			text[field[f]] = (struct span){ p, s->length[f] };
	*at = s->beside;
	return w->base && !s->fresh;
}

static int write_words(struct indexwriter *w, const struct index_sources *s,
		       struct pack_writer *pw, struct err *err)
{
	struct wordwriter_rows rows = { .count = w->count,
					.row = words_of,
					.ctx = w,
					.threads = s->threads,
					.memory = s->memory };
	uint32_t *row_of = NULL;
	int rc;

	if (w->base) {
		size_t size = (w->base->count + 1) * sizeof(*row_of);

		row_of = memset(mem_alloc(size), 0xff, size);
		for (size_t i = 0; i < w->count; i++)
			if (!w->rows[i].fresh)
				row_of[w->rows[i].was] = (uint32_t)i;
		rows.old = &w->base->words;
		rows.row_of = row_of;
	}
	rc = wordwriter_write(w->words, &rows, pw, err);
	free(row_of);
	return rc;
}

/* --- signals --- */

static int write_signals(const struct indexwriter *w,
			 const struct index_sources *s, struct pack_writer *pw,
			 struct index_counts *counts, struct err *err)
{
	uint64_t *keys = mem_zalloc(w->count + 1, sizeof(*keys));
	uint32_t *was = mem_zalloc(w->count + 1, sizeof(*was));
	uint8_t *fresh = mem_zalloc(w->count + 1, 1);
	struct signal_rows rows = { w->count, keys, w->base, was, fresh };
	int rc;

	for (size_t i = 0; i < w->count; i++) {
		keys[i] = w->rows[i].key;
		was[i] = w->rows[i].was;
		fresh[i] = w->rows[i].fresh;
	}
	rc = signalwriter_write(&rows, s, pw, counts, err);
	free(keys);
	free(was);
	free(fresh);
	return rc;
}

int indexwriter_write(struct indexwriter *w, const struct index_sources *s,
		      struct pack_writer *pw, struct index_counts *counts,
		      struct err *err)
{
	*counts = (struct index_counts){ 0 };
	if (sort_rows(w, err) || (w->base && take_base(w, counts, err)) ||
	    write_catalogue(w, s->threads, pw, err))
		return -1;
	counts->tracks = w->count;
	counts->artists = w->artists.names.count;
	counts->genres = w->genres.names.count;
	return write_words(w, s, pw, err) ||
		       write_signals(w, s, pw, counts, err)
		   ? -1
		   : 0;
}
