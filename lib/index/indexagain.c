/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/indexagain.h"

#include <stdlib.h>

#include "base/mem.h"
#include "index/lyricprintbuild.h"
#include "index/namelist.h"
#include "index/togetherbuild.h"
#include "index/wordwriter.h"
#include "io/scratch.h"

struct names_again { /* of rows: numbers in order of appearance */
	struct namelist artists, genres, titles;
	uint32_t *artist, *genre, *title;
};

static void read_names(const struct generation *g, struct names_again *a)
{
	struct span text;

	a->artist = mem_zalloc(g->count + 1, sizeof(uint32_t));
	a->genre = mem_zalloc(g->count + 1, sizeof(uint32_t));
	a->title = mem_zalloc(g->count + 1, sizeof(uint32_t));
	for (size_t i = 0; i < g->count; i++) {
		catalogue_text(g, i, CATALOGUE_ARTIST, &text, NULL);
		a->artist[i] = namelist_add(&a->artists, text);
		catalogue_text(g, i, CATALOGUE_GENRE, &text, NULL);
		a->genre[i] = namelist_add(&a->genres, text);
		catalogue_text(g, i, CATALOGUE_TITLE, &text, NULL);
		a->title[i] = namelist_add(&a->titles, text);
	}
	namelist_rank(&a->artists);
	namelist_rank(&a->genres);
	namelist_rank(&a->titles);
}

static void names_again_release(struct names_again *a)
{
	namelist_release(&a->artists);
	namelist_release(&a->genres);
	namelist_release(&a->titles);
	free(a->artist);
	free(a->genre);
	free(a->title);
}

static int put_column(const struct namelist *l, const uint32_t *number,
		      size_t n, const char *section, struct pack_writer *pw,
		      struct err *err)
{
	int rc = pack_begin(pw, section, err);

	for (size_t i = 0; i < n && !rc; i++) {
		uint32_t v = number[i] == CATALOGUE_NONE ? CATALOGUE_NONE
							 : l->rank[number[i]];

		rc = pack_put(pw, &v, sizeof(v), err);
	}
	return rc;
}

struct titled {
	const struct names_again *names;
	uint16_t codes[LYRICPRINT_WORDS];
};

static size_t title_words(void *ctx, size_t i, const uint16_t **words)
{
	struct titled *t = ctx;

	*words = t->codes;
	return lyricprint_read(t->names->titles.sorted[i]->key, t->codes,
			       LYRICPRINT_WORDS);
}

static int write_titled(const struct names_again *a, int threads,
			struct pack_writer *pw, struct err *err)
{
	struct titled *t = mem_zalloc(1, sizeof(*t));
	struct lyricprint_source s = { .count = a->titles.names.count,
				       .words = title_words,
				       .ctx = t,
				       .threads = threads };
	size_t count;
	int rc;

	t->names = a;
	rc = lyricprint_write(&s, &lyricprint_titles, pw, &count, err);
	free(t);
	return rc;
}

static int write_names(const struct generation *g, int threads,
		       struct pack_writer *pw, struct err *err)
{
	struct names_again a = { .artist = NULL };
	int rc;

	read_names(g, &a);
	rc = namelist_write(&a.artists, "artist.offsets", "artist.names", pw,
			    err) ||
	     namelist_write(&a.genres, "genre.offsets", "genre.names", pw,
			    err) ||
	     put_column(&a.artists, a.artist, g->count, "track.artist", pw,
			err) ||
	     put_column(&a.genres, a.genre, g->count, "track.genre", pw, err) ||
	     namelist_write_rows(&a.artists, a.artist, g->count, threads,
				 &artist_sections, pw, err) ||
	     namelist_write_rows(&a.titles, a.title, g->count, threads,
				 &title_sections, pw, err) ||
	     write_titled(&a, threads, pw, err);
	names_again_release(&a);
	return rc ? -1 : 0;
}

static int kept_words(void *ctx, size_t i, struct span text[WORDS_FIELDS],
		      uint64_t *at)
{
	(void)ctx;
	(void)i;
	(void)text;
	(void)at;
	return 1;
}

/* Words that all stay come out as they were. */
static int write_words(const struct generation *g, int threads,
		       struct pack_writer *pw, struct err *err)
{
	uint32_t *row_of = mem_zalloc(g->count + 1, sizeof(*row_of));
	struct wordwriter_rows rows = { .count = g->count,
					.row = kept_words,
					.old = &g->words,
					.row_of = row_of,
					.threads = threads };
	struct wordwriter *w = wordwriter_new();
	int rc;

	for (size_t i = 0; i < g->count; i++)
		row_of[i] = (uint32_t)i;
	rc = wordwriter_write(w, &rows, pw, err);
	wordwriter_free(w);
	free(row_of);
	return rc ? err_prefix(err, "section \"words\"") : 0;
}

/* Words of lyrics are not in the index: their codes are taken as they are. */
static size_t lyric_words(void *ctx, size_t i, const uint16_t **words)
{
	const struct generation *g = ctx;
	size_t lo = 0, hi = g->lyrics.count;

	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;

		if (g->lyrics.text[middle] < i)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo < g->lyrics.count && g->lyrics.text[lo] == i
		   ? lyricprint_words(&g->lyrics, lo, words)
		   : 0;
}

static int write_lyrics(const struct generation *g, int threads,
			struct pack_writer *pw, struct err *err)
{
	struct generation view = *g;
	struct lyricprint_source s = { .count = g->count,
				       .words = lyric_words,
				       .ctx = &view,
				       .threads = threads };
	size_t count;

	return lyricprint_write(&s, &lyricprint_lyrics, pw, &count, err);
}

static int write_together(const struct generation *g, int threads,
			  struct pack_writer *pw, struct err *err)
{
	const struct playlists *p = &g->playlists;

	return p->rows
		   ? together_write(
			 &(struct together_lists){ g->count, p->names.count,
						   p->first, p->rows, threads },
			 pw, err)
		   : 0;
}

static int compare(const struct generation *g, struct pack_writer *pw,
		   struct err *err)
{
	static const char *const sections[] = { "artist.offsets",
						"artist.names",
						"genre.offsets",
						"genre.names",
						"track.artist",
						"track.genre",
						"artist.first",
						"artist.rows",
						"artist.find",
						"title.first",
						"title.rows",
						"title.find",
						"words",
						"lyricprint.rows",
						"lyricprint.first",
						"lyricprint.words",
						"lyricprint.buckets",
						"lyricprint.grams",
						"titleprint.titles",
						"titleprint.first",
						"titleprint.words",
						"titleprint.buckets",
						"titleprint.grams",
						"together.first",
						"together.rows",
						"together.weight" };

	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
		struct span is = pack_get(g->pack, sections[i]);
		struct span again = pack_written(pw, sections[i], err);

		if (!again.p)
			return -1;
		if (is.n != again.n || (is.n && memcmp(is.p, again.p, is.n)))
			return err_set(err, ERR_DATA, "artifact",
				       "section \"%s\" is not what the tracks "
				       "give; build the index again",
				       sections[i]);
	}
	return 0;
}

int indexagain(const struct generation *g, int threads, struct err *err)
{
	FILE *f = scratch_open(err);
	struct pack_writer *pw =
	    f ? pack_writer_new(f, GENERATION_KIND, GENERATION_VERSION, err)
	      : NULL;
	int rc = pw ? write_names(g, threads, pw, err) ||
			  write_words(g, threads, pw, err) ||
			  write_lyrics(g, threads, pw, err) ||
			  write_together(g, threads, pw, err) ||
			  compare(g, pw, err)
		    : -1;

	if (pw)
		pack_writer_end(pw, NULL, NULL);
	if (f)
		fclose(f);
	if (rc && f && err && err->status == ERR_ENV)
		err_prefix(err,
			   "no room in $TMPDIR for the names and words of the "
			   "index, which are compared there (set it to a "
			   "directory with room)");
	return rc ? -1 : 0;
}
