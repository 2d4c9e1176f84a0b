/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "corpus/counter.h"
#include "corpus/genremodel.h"

enum {
	KEY_BYTES = 8,
	KEY_MAX = 48, /* bytes of a genre */
	KEY_WORDS = 5,
	WORD_TRACKS = 3 /* fewer prove nothing */
};
static const double artist_prior = 1, word_prior = 3; /* tracks */
static const double word_least = 0.2, word_lift = 2;

struct candidate {
	struct span key, spelling; /* owned */
	uint64_t tracks;
};

struct genremodel_fit {
	const struct stoplist *stop;
	struct counter *spellings; /* key \0 spelling */
	struct counter *artists;   /* 8 bytes of artist, key */
	struct counter *words;     /* term \0 key \0 artist's 8 bytes */
	struct candidate *genres;
	size_t count, cap;
	struct table ids; /* key -> genre + 1 */
	uint64_t tracks;  /* of the genres kept */
	struct tokens tokens;
	struct str key, entry, group;
};

bool genremodel_key(struct span genre, const struct stoplist *stop,
		    struct tokens *tokens, struct str *key)
{
	struct token token;
	bool letters = false;
	int words = 0;

	str_reset(key);
	if (genre.n > KEY_MAX || memmem(genre.p, genre.n, "://", 3) ||
	    memmem(genre.p, genre.n, "www.", 4))
		return false;
	tokens_start(tokens, genre);
	while (tokens_next(tokens, &token)) {
		if (span_is(token.text, "and"))
			continue; /* "drum & bass" */
		letters = letters || token.kind == TOKEN_WORD ||
			  token.kind == TOKEN_IDEOGRAPH;
		words += token.kind != TOKEN_IDEOGRAPH;
		if (key->n)
			str_putc(key, ' ');
		str_span(key, token.text);
	}
	return letters && words <= KEY_WORDS && key->n > 1 &&
	       !(stop && stoplist_has(stop, span_str(key), STOPLIST_GENRE));
}

struct genremodel_fit *genremodel_fit_new(const struct stoplist *stop,
					  size_t memory)
{
	struct genremodel_fit *f = mem_zalloc(1, sizeof(*f));

	f->stop = stop;
	f->spellings = counter_new(memory / 8);
	f->artists = counter_new(memory / 4);
	f->words = counter_new(memory / 2);
	return f;
}

static void drop_from(struct genremodel_fit *f, size_t first)
{
	for (size_t i = first; i < f->count; i++) {
		free((char *)(uintptr_t)f->genres[i].key.p);
		free((char *)(uintptr_t)f->genres[i].spelling.p);
	}
	if (f->count > first)
		f->count = first;
}

void genremodel_fit_free(struct genremodel_fit *f)
{
	if (!f)
		return;
	counter_free(f->spellings);
	counter_free(f->artists);
	counter_free(f->words);
	drop_from(f, 0);
	free(f->genres);
	table_release(&f->ids);
	tokens_release(&f->tokens);
	str_release(&f->key);
	str_release(&f->entry);
	str_release(&f->group);
	free(f);
}

static void put_artist_key(struct str *out, uint64_t key)
{
	for (int i = 0; i < KEY_BYTES; i++)
		str_putc(out, (char)(key >> (56 - 8 * i)));
}

static int count_words(struct genremodel_fit *f,
		       const struct genre_clues *clues, struct err *err)
{
	const struct ngrams *terms = clues->terms;

	for (size_t i = 0; i < terms->count; i++) {
		str_reset(&f->entry);
		str_span(&f->entry, terms->at[i].text);
		str_putc(&f->entry, '\0');
		str_span(&f->entry, span_str(&f->key));
		str_putc(&f->entry, '\0');
		put_artist_key(&f->entry, clues->artist);
		if (counter_add(f->words, span_str(&f->entry), 1, err))
			return -1;
	}
	return 0;
}

int genremodel_fit_add(struct genremodel_fit *f, struct span genre,
		       const struct genre_clues *clues, struct err *err)
{
	genre = span_trim(genre);
	if (!genremodel_key(genre, f->stop, &f->tokens, &f->key))
		return 0;
	str_reset(&f->entry);
	str_span(&f->entry, span_str(&f->key));
	str_putc(&f->entry, '\0');
	str_span(&f->entry, genre);
	if (counter_add(f->spellings, span_str(&f->entry), 1, err))
		return -1;
	if (clues->has_artist) {
		str_reset(&f->entry);
		put_artist_key(&f->entry, clues->artist);
		str_span(&f->entry, span_str(&f->key));
		if (counter_add(f->artists, span_str(&f->entry), 1, err))
			return -1;
	}
	return count_words(f, clues, err);
}

/* --- the genres --- */

static int by_tracks(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->tracks != y->tracks)
		return x->tracks > y->tracks ? -1 : 1;
	return span_cmp(x->key, y->key);
}

static void keep_genres(struct genremodel_fit *f)
{
	if (f->count)
		qsort(f->genres, f->count, sizeof(*f->genres), by_tracks);
	drop_from(f, GENREMODEL_GENRES);
}

static struct span dup(struct span s)
{
	return (struct span){ mem_dup(s.p, s.n), s.n };
}

/* Entries are "key \0 spelling" in order: a genre's spellings are together. */
static int read_genres(struct genremodel_fit *f, struct err *err)
{
	struct candidate *g = NULL;
	struct span entry;
	uint64_t n, best = 0;
	int rc;

	while ((rc = counter_next(f->spellings, &entry, &n, err)) > 0) {
		size_t at = strnlen(entry.p, entry.n);
		struct span key = { entry.p, at };
		struct span spelling = { entry.p + at + 1, entry.n - at - 1 };

		if (!g || !span_eq(g->key, key)) {
			if (f->count > 4 * (size_t)GENREMODEL_GENRES)
				keep_genres(f);
			MEM_ROOM(f->genres, f->count + 1, f->cap);
			g = &f->genres[f->count++];
			*g = (struct candidate){ dup(key), { 0 }, 0 };
			best = 0;
		}
		g->tracks += n;
		if (n > best) {
			best = n;
			free((char *)(uintptr_t)g->spelling.p);
			g->spelling = dup(spelling);
		}
	}
	keep_genres(f);
	for (size_t i = 0; i < f->count; i++) {
		*table_put(&f->ids, f->genres[i].key) = i + 1;
		f->tracks += f->genres[i].tracks;
	}
	return rc;
}

static int write_genres(struct genremodel_fit *f, struct pack_writer *w,
			struct err *err)
{
	uint32_t at = 0;

	if (pack_begin(w, "genre.list", err))
		return -1;
	for (size_t i = 0; i < f->count; i++) {
		struct genre g = { f->genres[i].tracks, at,
				   (uint32_t)f->genres[i].spelling.n };

		at += g.n;
		if (pack_put(w, &g, sizeof(g), err))
			return -1;
	}
	if (pack_begin(w, "genre.text", err))
		return -1;
	for (size_t i = 0; i < f->count; i++)
		if (pack_put(w, f->genres[i].spelling.p,
			     f->genres[i].spelling.n, err))
			return -1;
	return 0;
}

/* --- who and what speaks for which genre --- */

struct votes { /* of one artist or word */
	uint64_t all, best, last_votes;
	size_t genre, last; /* last + 1: the genre voted for before */
};

/* Adds n votes for the genre of that key, if the model has it; votes for one
 * genre come one behind the other. Of equals the more frequent genre wins. */
static void vote(struct genremodel_fit *f, struct votes *v, struct span key,
		 uint64_t n)
{
	const uint64_t *id = table_get(&f->ids, key);

	if (!id)
		return;
	v->all += n;
	v->last_votes = (v->last == *id ? v->last_votes : 0) + n;
	v->last = (size_t)*id;
	if (v->last_votes > v->best ||
	    (v->last_votes == v->best && *id - 1 < v->genre)) {
		v->best = v->last_votes;
		v->genre = (size_t)*id - 1;
	}
}

static double confidence(const struct genremodel_fit *f, const struct votes *v,
			 double prior)
{
	double share = (double)f->genres[v->genre].tracks / (double)f->tracks;

	return ((double)v->best + prior * share) / ((double)v->all + prior);
}

static int put_artist(struct genremodel_fit *f, const struct votes *v,
		      struct pack_writer *w, struct err *err)
{
	struct genre_artist a = { 0 };

	if (!v->all)
		return 0;
	for (int i = 0; i < KEY_BYTES; i++)
		a.key = a.key << 8 | (unsigned char)f->group.p[i];
	a.genre = (uint32_t)v->genre;
	a.confidence = (float)confidence(f, v, artist_prior);
	return pack_put(w, &a, sizeof(a), err);
}

static int write_artists(struct genremodel_fit *f, struct pack_writer *w,
			 struct err *err)
{
	struct votes v = { 0 };
	struct span entry;
	uint64_t n;
	int rc;

	if (pack_begin(w, "genre.artists", err))
		return -1;
	str_reset(&f->group);
	while ((rc = counter_next(f->artists, &entry, &n, err)) > 0) {
		struct span who = { entry.p, KEY_BYTES };

		if (!span_eq(span_str(&f->group), who)) {
			if (put_artist(f, &v, w, err))
				return -1;
			str_reset(&f->group);
			str_span(&f->group, who);
			v = (struct votes){ 0 };
		}
		vote(f, &v,
		     (struct span){ entry.p + KEY_BYTES, entry.n - KEY_BYTES },
		     n);
	}
	return rc < 0 || put_artist(f, &v, w, err) ? -1 : 0;
}

static void put_word(struct genremodel_fit *f, const struct votes *v,
		     struct terms_fit *terms)
{
	double c, share;

	if (v->all < WORD_TRACKS)
		return;
	c = confidence(f, v, word_prior);
	share = (double)f->genres[v->genre].tracks / (double)f->tracks;
	if (c >= word_least && c >= word_lift * share)
		terms_fit_add(terms, span_str(&f->group), (double)v->best,
			      (uint32_t)v->genre, (float)c);
}

static int write_words(struct genremodel_fit *f, struct pack_writer *w,
		       struct err *err)
{
	struct terms_fit *terms = terms_fit_new(GENREMODEL_WORDS);
	struct votes v = { 0 };
	struct span entry;
	uint64_t n;
	int rc;

	str_reset(&f->group);
	while ((rc = counter_next(f->words, &entry, &n, err)) > 0) {
		size_t at = strnlen(entry.p, entry.n);
		struct span word = { entry.p, at };

		if (!span_eq(span_str(&f->group), word)) {
			put_word(f, &v, terms);
			str_reset(&f->group);
			str_span(&f->group, word);
			v = (struct votes){ 0 };
		}
		/* an artist has one vote: what is under each of its tracks
		 * says who it is, not what it plays */
		vote(f, &v,
		     (struct span){ entry.p + at + 1,
				    entry.n - at - 2 - KEY_BYTES },
		     1);
	}
	put_word(f, &v, terms);
	if (rc >= 0)
		rc = terms_fit_write(terms, "genre.word", w, err);
	terms_fit_free(terms);
	return rc;
}

static bool find_genre(void *ctx, struct span key, uint32_t *number,
		       double *share)
{
	const struct genremodel_fit *f = ctx;
	const uint64_t *id = table_get(&f->ids, key);

	if (!id)
		return false;
	*number = (uint32_t)*id - 1;
	*share = (double)f->genres[*number].tracks / (double)f->tracks;
	return true;
}

int genremodel_fit_write(struct genremodel_fit *f, struct soundgenre_fit *sound,
			 bool held, const struct genre_curve *curves,
			 struct pack_writer *w, struct err *err)
{
	static const struct genre_curve none[GENRE_METHODS];

	if (read_genres(f, err) < 0)
		return -1;
	return write_genres(f, w, err) || write_artists(f, w, err) ||
		       write_words(f, w, err) ||
		       (sound ? soundgenre_fit_write(sound, held, find_genre, f,
						     w, err)
			      : soundgenre_write_none(w, err)) ||
		       pack_section(w, "genre.curves", curves ? curves : none,
				    sizeof(none), err)
		   ? -1
		   : 0;
}
