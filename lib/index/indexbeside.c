/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of indexwriter.h that writes words, prints and playlists. */
#include <stdlib.h>

#include "base/mem.h"
#include "index/indexstored.h"
#include "index/lyricprintbuild.h"
#include "index/togetherbuild.h"

/* --- words --- */

static int words_of(void *ctx, size_t i, struct span text[WORDS_FIELDS],
		    uint64_t *at)
{
	static const int field[CATALOGUE_FIELDS] = { -1,           WORDS_TITLE,
						     WORDS_ARTIST, WORDS_GENRE,
						     -1,           WORDS_TAGS };
	const struct indexwriter *w = ctx;
	const struct index_stored *s = &w->rows[i];
	const char *p = index_strings(w, s);

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

/* --- prints --- */

struct printed { /* of lyrics */
	const struct indexwriter *w;
	const uint32_t *text_of; /* [rows of the base]: its text, or NONE */
	uint16_t codes[LYRICPRINT_WORDS];
};

/* Those of a row's lyrics, or those that the base has. */
static size_t lyric_words(void *ctx, size_t i, const uint16_t **words)
{
	struct printed *p = ctx;
	const struct index_stored *s = &p->w->rows[i];
	uint32_t text;

	if (s->fresh) {
		*words = p->codes;
		return lyricprint_read(
		    wordwriter_lyrics(p->w->words, s->beside), p->codes,
		    LYRICPRINT_WORDS);
	}
	text = p->text_of ? p->text_of[s->was] : CATALOGUE_NONE;
	return text == CATALOGUE_NONE
		   ? 0
		   : lyricprint_words(&p->w->base->lyrics, text, words);
}

static size_t title_words(void *ctx, size_t i, const uint16_t **words)
{
	struct printed *p = ctx;

	*words = p->codes;
	return lyricprint_read(p->w->titles.sorted[i]->key, p->codes,
			       LYRICPRINT_WORDS);
}

static uint32_t *texts_of(const struct generation *base)
{
	size_t size = (base->count + 1) * sizeof(uint32_t);
	uint32_t *of = memset(mem_alloc(size), 0xff, size);

	for (size_t i = 0; i < base->lyrics.count; i++)
		if (base->lyrics.text[i] < base->count)
			of[base->lyrics.text[i]] = (uint32_t)i;
	return of;
}

static int write_prints(struct indexwriter *w, const struct index_sources *s,
			struct pack_writer *pw, struct index_counts *counts,
			struct err *err)
{
	struct printed *p = mem_zalloc(1, sizeof(*p));
	struct lyricprint_source source = { .count = w->count,
					    .words = lyric_words,
					    .ctx = p,
					    .memory = s->memory,
					    .threads = s->threads };
	uint32_t *text_of = w->base ? texts_of(w->base) : NULL;
	size_t titles;
	int rc;

	p->w = w;
	p->text_of = text_of;
	rc = lyricprint_write(&source, &lyricprint_lyrics, pw, &counts->lyrics,
			      err);
	source.count = w->titles.names.count;
	source.words = title_words;
	rc = rc ||
	     lyricprint_write(&source, &lyricprint_titles, pw, &titles, err);
	free(text_of);
	free(p);
	return rc ? -1 : 0;
}

/* --- playlists --- */

/* The rows of each list, by its rank: first[i] on. */
static uint32_t *rows_of_lists(const struct indexwriter *w, uint32_t *first)
{
	const uint32_t *rank = w->playlists.rank;
	uint32_t *rows = mem_zalloc(w->nlists + 1, sizeof(*rows));

	/* As in namelist_write_rows. */
	for (size_t i = 0; i < w->count; i++)
		for (size_t k = 0; k < w->rows[i].nlists; k++)
			first[rank[w->lists[w->rows[i].lists + k]] + 2]++;
	for (size_t i = 2; i <= w->playlists.names.count + 1; i++)
		first[i] += first[i - 1];
	for (size_t i = 0; i < w->count; i++)
		for (size_t k = 0; k < w->rows[i].nlists; k++)
			rows[first[rank[w->lists[w->rows[i].lists + k]] +
				   1]++] = (uint32_t)i;
	return rows;
}

static int write_playlists(struct indexwriter *w, int threads,
			   struct pack_writer *pw, struct err *err)
{
	size_t n = w->playlists.names.count;
	uint32_t *first, *rows;
	int rc;

	if (!n)
		return 0;
	first = mem_zalloc(n + 2, sizeof(*first));
	namelist_rank(&w->playlists);
	rows = rows_of_lists(w, first);
	rc = namelist_write(&w->playlists, "playlist.offsets", "playlist.names",
			    pw, err) ||
	     pack_section(pw, "playlist.first", first, (n + 1) * sizeof(*first),
			  err) ||
	     pack_section(pw, "playlist.rows", rows, first[n] * sizeof(*rows),
			  err) ||
	     together_write(
		 &(struct together_lists){ w->count, n, first, rows, threads },
		 pw, err);
	free(first);
	free(rows);
	return rc ? -1 : 0;
}

int index_write_beside(struct indexwriter *w, const struct index_sources *s,
		       struct pack_writer *pw, struct index_counts *counts,
		       struct err *err)
{
	return write_words(w, s, pw, err) ||
		       write_prints(w, s, pw, counts, err) ||
		       write_playlists(w, s->threads, pw, err)
		   ? -1
		   : 0;
}
