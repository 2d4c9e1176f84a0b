/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/indexwriter.h"

#include <stdlib.h>

#include "base/mem.h"
#include "index/indexstored.h"
#include "index/signalwriter.h"
#include "index/wordsformat.h"
#include "text/utf8.h"

/* Of words: the least of what sections hold. */
enum { ROWS_MAX = WORDS_ROWS_MAX };

/* Of a record; the others follow from its voice and its sound. */
enum {
	FLAGS =
	    CATALOGUE_GENRE_IMPUTED | CATALOGUE_SET | CATALOGUE_TAGS_IMPUTED,
	SAID = VOICE_SAID_NONE | VOICE_SAID_SUNG,
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
	free(w->lists);
	str_release(&w->blob);
	str_release(&w->scratch);
	namelist_release(&w->artists);
	namelist_release(&w->genres);
	namelist_release(&w->titles);
	namelist_release(&w->languages);
	namelist_release(&w->albums);
	namelist_release(&w->playlists);
	wordwriter_free(w->words);
	free(w);
}

static struct index_stored *new_row(struct indexwriter *w, struct err *err)
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

/* "artist\x1falbum", each folded; NONE where either is missing. */
static uint32_t add_album(struct indexwriter *w, struct span artist,
			  struct span album)
{
	struct str *t = &w->scratch;
	size_t n;

	str_reset(t);
	utf8_fold_name(artist, t);
	n = t->n;
	str_putc(t, INDEX_ALBUM_BETWEEN);
	utf8_fold_name(album, t);
	return n && t->n > n + 1 ? namelist_add_folded(&w->albums, span_str(t))
				 : CATALOGUE_NONE;
}

static void add_list(struct indexwriter *w, struct index_stored *s,
		     uint32_t number)
{
	for (size_t i = 0; i < s->nlists; i++)
		if (w->lists[s->lists + i] == number)
			return;
	if (number == CATALOGUE_NONE || w->nlists == UINT32_MAX ||
	    s->nlists == INDEX_PLAYLISTS_MAX)
		return;
	MEM_ROOM(w->lists, w->nlists + 1, w->lists_cap);
	w->lists[w->nlists++] = number;
	s->nlists++;
}

static void add_lists(struct indexwriter *w, struct index_stored *s,
		      struct span lines)
{
	s->lists = (uint32_t)w->nlists;
	while (lines.n && s->nlists < INDEX_PLAYLISTS_MAX) {
		const char *end = memchr(lines.p, '\n', lines.n);
		size_t n = end ? (size_t)(end - lines.p) : lines.n;

		add_list(
		    w, s,
		    namelist_add(&w->playlists, (struct span){ lines.p, n }));
		n += end != NULL;
		lines.p += n;
		lines.n -= n;
	}
}

int indexwriter_add(struct indexwriter *w, const struct index_row *row,
		    struct err *err)
{
	struct index_stored *s = new_row(w, err);

	if (!s)
		return -1;
	*s = (struct index_stored){
		.key = row->key,
		.at = w->blob.n,
		.was = CATALOGUE_NONE,
		.duration = row->duration,
		.plays = row->plays,
		.popularity = row->popularity,
		.tier = row->tier,
		.link = row->link,
		.flags = row->flags & FLAGS,
		.voice = row->voice & SAID,
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
	s->album = add_album(w, row->text[CATALOGUE_ARTIST], row->album);
	add_lists(w, s, row->playlists);
	return wordwriter_keep(w->words, row->description, row->lyrics,
			       &s->beside, err);
}

void indexwriter_drop(struct indexwriter *w, uint64_t key)
{
	MEM_ROOM(w->dropped, w->ndropped + 1, w->dropped_cap);
	w->dropped[w->ndropped++] = key;
}

const char *index_strings(const struct indexwriter *w,
			  const struct index_stored *s)
{
	return s->fresh
		   ? w->blob.p + s->at
		   : w->base->blob.p +
			 w->base->offsets[(size_t)s->was * CATALOGUE_FIELDS];
}

/* --- the base's rows --- */

static int by_key(const void *a, const void *b)
{
	const struct index_stored *x = a, *y = b;

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
		const struct index_stored *s = &w->rows[i];

		if (w->rows[i - 1].key == s->key)
			return err_set(err, ERR_DATA, "duplicate",
				       "the id %.*s occurs twice; give each "
				       "tracks file once",
				       (int)s->length[CATALOGUE_ID],
				       index_strings(w, s));
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
	uint32_t *artists, *genres, *languages, *albums, *playlists;
	uint32_t *first, *lists; /* the lists of row i: lists[first[i]] on */
};

/* The rows of list i of the base; 0 where those before do not end there. */
static size_t list_rows(const struct playlists *p, size_t i, size_t *end,
			const uint32_t **rows)
{
	size_t from = p->first[i], to = p->first[i + 1];

	if (from != *end || to < from || to > p->total)
		return 0;
	*rows = p->rows + from;
	*end = to;
	return to - from;
}

/* Of each row of the base its playlists, which has the rows of each. */
static void turn_lists(const struct generation *g, struct seen *seen)
{
	const struct playlists *p = &g->playlists;
	const uint32_t *rows;
	uint32_t *first;
	size_t end = 0;

	if (!p->rows)
		return;
	first = mem_zalloc(g->count + 2, sizeof(*first));
	seen->lists = mem_zalloc(p->total + 1, sizeof(*seen->lists));
	for (size_t i = 0; i < p->names.count; i++)
		for (size_t n = list_rows(p, i, &end, &rows); n; n--)
			if (rows[n - 1] < g->count)
				first[rows[n - 1] + 2]++;
	for (size_t i = 2; i <= g->count + 1; i++)
		first[i] += first[i - 1];
	end = 0;
	for (size_t i = 0; i < p->names.count; i++)
		for (size_t n = list_rows(p, i, &end, &rows); n; n--)
			if (rows[n - 1] < g->count)
				seen->lists[first[rows[n - 1] + 1]++] =
				    (uint32_t)i;
	seen->first = first;
}

static void take_lists(struct indexwriter *w, struct index_stored *s,
		       struct seen *seen)
{
	const struct names *names = &w->base->playlists.names;

	s->lists = (uint32_t)w->nlists;
	if (!seen->first)
		return;
	for (uint32_t k = seen->first[s->was]; k < seen->first[s->was + 1]; k++)
		add_list(w, s,
			 old_name(&w->playlists, names, seen->lists[k],
				  seen->playlists));
}

static int take_row(struct indexwriter *w, uint32_t row, struct seen *seen,
		    struct err *err)
{
	const struct generation *g = w->base;
	struct span text[CATALOGUE_FIELDS];
	struct index_stored *s = new_row(w, err);

	if (!s)
		return -1;
	*s = (struct index_stored){
		.key = g->keys[row],
		.beside = WORDWRITER_NONE,
		.was = row,
		.duration = g->duration[row],
		.plays = g->plays[row],
		.popularity = g->popularity[row],
		.year = g->year[row],
		.tier = g->tier[row],
		.link = g->link[row],
		.flags = g->flags[row] & FLAGS,
		.voice = g->voice[row] & SAID,
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
	s->album =
	    old_name(&w->albums, &g->albums,
		     g->album ? g->album[row] : CATALOGUE_NONE, seen->albums);
	take_lists(w, s, seen);
	return 0;
}

static void seen_init(struct seen *seen, const struct generation *g)
{
	*seen = (struct seen){ .artists = none_seen(&g->artists),
			       .genres = none_seen(&g->genres),
			       .languages = none_seen(&g->languages),
			       .albums = none_seen(&g->albums),
			       .playlists = none_seen(&g->playlists.names) };
	turn_lists(g, seen);
}

static void seen_release(struct seen *seen)
{
	free(seen->artists);
	free(seen->genres);
	free(seen->languages);
	free(seen->albums);
	free(seen->playlists);
	free(seen->first);
	free(seen->lists);
}

/* Adds the base's rows but for those dropped and those there already, which
 * learn where they were. */
static int take_base(struct indexwriter *w, struct index_counts *n,
		     struct err *err)
{
	const struct generation *g = w->base;
	size_t fresh = w->count, i = 0, d = 0;
	struct seen seen;
	int rc = 0;

	seen_init(&seen, g);
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
	seen_release(&seen);
	return rc ? -1 : sort_rows(w, err);
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
	struct signal_heard heard = {
		.measured = mem_zalloc(w->count + 1, 1),
		.voice = mem_zalloc(w->count + 1, 1),
	};
	int rc;

	for (size_t i = 0; i < w->count; i++) {
		keys[i] = w->rows[i].key;
		was[i] = w->rows[i].was;
		fresh[i] = w->rows[i].fresh;
	}
	rc = signalwriter_write(&rows, s, &heard, pw, counts, err) ||
	     index_write_flags(w, heard.measured, heard.voice, pw, err);
	free(heard.measured);
	free(heard.voice);
	free(keys);
	free(was);
	free(fresh);
	return rc ? -1 : 0;
}

int indexwriter_write(struct indexwriter *w, const struct index_sources *s,
		      struct pack_writer *pw, struct index_counts *counts,
		      struct err *err)
{
	*counts = (struct index_counts){ 0 };
	if (sort_rows(w, err) || (w->base && take_base(w, counts, err)) ||
	    index_write_catalogue(w, s->threads, pw, err))
		return -1;
	counts->tracks = w->count;
	counts->artists = w->artists.names.count;
	counts->genres = w->genres.names.count;
	counts->albums = w->albums.names.count;
	counts->playlists = w->playlists.names.count;
	return index_write_beside(w, s, pw, counts, err) ||
		       write_signals(w, s, pw, counts, err)
		   ? -1
		   : 0;
}
