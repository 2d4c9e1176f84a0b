/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/indexwriter.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "index/signalwriter.h"
#include "text/utf8.h"

struct stored {
	uint64_t key, at; /* at: of its strings in the blob */
	uint32_t length[CATALOGUE_FIELDS];
	uint32_t artist, genre; /* in order of appearance */
	float plays, popularity;
	int16_t year;
	uint8_t tier, link, flags;
};

struct indexwriter {
	struct stored *rows;
	size_t count, cap;
	struct str blob, folded;
	struct table artists, genres; /* folded name -> number + 1 */
};

struct indexwriter *indexwriter_new(void)
{
	return mem_zalloc(1, sizeof(struct indexwriter));
}

void indexwriter_free(struct indexwriter *w)
{
	if (!w)
		return;
	free(w->rows);
	str_release(&w->blob);
	str_release(&w->folded);
	table_release(&w->artists);
	table_release(&w->genres);
	free(w);
}

static uint32_t number_of(struct indexwriter *w, struct table *t,
			  struct span name)
{
	uint64_t *slot;

	str_reset(&w->folded);
	utf8_fold_name(name, &w->folded);
	if (!w->folded.n)
		return CATALOGUE_NONE;
	slot = table_put(t, span_str(&w->folded));
	if (!*slot)
		*slot = t->count;
	return (uint32_t)(*slot - 1);
}

int indexwriter_add(struct indexwriter *w, const struct index_row *row,
		    struct err *err)
{
	struct stored *s;

	if (w->count >= CATALOGUE_NONE - 1)
		return err_set(err, ERR_DATA, "too-large",
			       "more than %u rows; split the corpus",
			       CATALOGUE_NONE - 1);
	MEM_ROOM(w->rows, w->count + 1, w->cap);
	s = &w->rows[w->count++];
	*s = (struct stored){
		.key = row->key,
		.at = w->blob.n,
		.plays = row->plays,
		.popularity = row->popularity,
		.tier = row->tier,
		.link = row->link,
		.flags = row->flags,
		.year = CATALOGUE_NO_YEAR,
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
	s->artist = number_of(w, &w->artists, row->text[CATALOGUE_ARTIST]);
	s->genre = number_of(w, &w->genres, row->text[CATALOGUE_GENRE]);
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct stored *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int order(struct indexwriter *w, struct err *err)
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
				       w->blob.p + s->at);
	}
	return 0;
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
			 const uint32_t *artists, const uint32_t *genres,
			 struct err *err)
{
	COLUMN(pw, "track.keys", uint64_t, s->key);
	COLUMN(pw, "track.artist", uint32_t,
	       s->artist == CATALOGUE_NONE ? s->artist : artists[s->artist]);
	COLUMN(pw, "track.genre", uint32_t,
	       s->genre == CATALOGUE_NONE ? s->genre : genres[s->genre]);
	COLUMN(pw, "track.year", int16_t, s->year);
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
		if (pack_put(pw, w->blob.p + w->rows[i].at, total(&w->rows[i]),
			     err))
			return -1;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct table_entry *const *x = a, *const *y = b;

	return span_cmp((*x)->key, (*y)->key);
}

/* Writes the names in order; rank[number of appearance] = rank. Names that
 * only dropped rows had cannot occur: every row added is written. */
static int write_names(const struct table *t, struct pack_writer *pw,
		       const char *offsets, const char *blob, uint32_t **rank,
		       struct err *err)
{
	const struct table_entry **sorted =
	    mem_zalloc(t->count + 1, sizeof(*sorted));
	uint64_t at = 0;
	int rc;

	*rank = mem_zalloc(t->count + 1, sizeof(**rank));
	for (size_t i = 0; i < t->count; i++)
		sorted[i] = &t->entries[i];
	qsort(sorted, t->count, sizeof(*sorted), by_name);
	rc = pack_begin(pw, offsets, err) || pack_put(pw, &at, sizeof(at), err);
	for (size_t i = 0; i < t->count && !rc; i++) {
		(*rank)[sorted[i]->value - 1] = (uint32_t)i;
		at += sorted[i]->key.n;
		rc = pack_put(pw, &at, sizeof(at), err);
	}
	rc = rc || pack_begin(pw, blob, err);
	for (size_t i = 0; i < t->count && !rc; i++)
		rc = pack_put(pw, sorted[i]->key.p, sorted[i]->key.n, err);
	free(sorted);
	return rc ? -1 : 0;
}

static int write_catalogue(struct indexwriter *w, struct pack_writer *pw,
			   struct err *err)
{
	uint32_t *artists = NULL, *genres = NULL;
	int rc = write_names(&w->artists, pw, "artist.offsets", "artist.names",
			     &artists, err) ||
		 write_names(&w->genres, pw, "genre.offsets", "genre.names",
			     &genres, err) ||
		 write_numbers(w, pw, artists, genres, err) ||
		 write_strings(w, pw, err);

	free(artists);
	free(genres);
	return rc ? -1 : 0;
}

int indexwriter_write(struct indexwriter *w, const struct index_sources *s,
		      struct pack_writer *pw, struct index_counts *counts,
		      struct err *err)
{
	uint64_t *keys;
	uint8_t *measured;
	int rc = order(w, err);

	if (rc || write_catalogue(w, pw, err))
		return -1;
	*counts = (struct index_counts){ .tracks = w->count,
					 .artists = w->artists.count,
					 .genres = w->genres.count };
	keys = mem_zalloc(w->count + 1, sizeof(*keys));
	measured = mem_zalloc(w->count + 1, 1);
	for (size_t i = 0; i < w->count; i++)
		keys[i] = w->rows[i].key;
	if (s->sound)
		rc = signalwriter_display(s->sound, keys, w->count, measured,
					  pw, &counts->display, err);
	for (size_t i = 0; i < w->count; i++)
		counts->measured += measured[i] != 0;
	if (!rc && s->mood)
		rc = signalwriter_mood(s->mood, keys, w->count, pw,
				       &counts->mood, err);
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		if (!rc && s->audio[kind])
			rc = signalwriter_audio(s->audio[kind], kind, keys,
						w->count,
						s->sound ? measured : NULL, pw,
						&counts->audio[kind], err);
	if (!rc && s->text)
		rc = signalwriter_text(s->text, keys, w->count,
				       s->threads ? s->threads : 1, pw,
				       &counts->text, &counts->lists, err);
	free(keys);
	free(measured);
	return rc;
}
