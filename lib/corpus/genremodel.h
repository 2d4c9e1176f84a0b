/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A genre for tracks without one: the artist's most frequent genre, else what
 * a word of the track's texts says best (a decision list, Yarowsky 1994), else
 * the corpus' most common. Genres are compared by their key, so "Hip-hop" and
 * "hip hop" are one, and named by the key's most frequent spelling.
 */
#ifndef MOODPIPE_GENREMODEL_H
#define MOODPIPE_GENREMODEL_H

#include "corpus/ngrams.h"
#include "corpus/stoplist.h"
#include "corpus/terms.h"

#define GENREMODEL_GENRES 4096 /* most that a model holds */
#define GENREMODEL_WORDS 65536

/* Replaces *key with the folded words of a genre; false where it is none: no
 * letters, a URL, more than five words, 48 bytes or in the stop list (which
 * may be NULL). */
bool genremodel_key(struct span genre, const struct stoplist *stop,
		    struct tokens *tokens, struct str *key);

/* What is known of a track. */
struct genre_clues {
	bool has_artist;
	uint64_t artist;            /* artists_key */
	const struct ngrams *terms; /* merged: title, texts, tags */
};

struct genremodel_fit;
struct genremodel_fit *genremodel_fit_new(const struct stoplist *stop,
					  size_t memory);
void genremodel_fit_free(struct genremodel_fit *f);
/* A track with that (source) genre; junk is ignored. */
int genremodel_fit_add(struct genremodel_fit *f, struct span genre,
		       const struct genre_clues *clues, struct err *err);
/* Writes the sections genre.*; ends the fit but for freeing. */
int genremodel_fit_write(struct genremodel_fit *f, struct pack_writer *w,
			 struct err *err);

struct genremodel { /* a view of a pack */
	const struct genre {
		uint64_t tracks;
		uint32_t at, n; /* spelling, in text */
	} * genres;             /* most frequent first */
	size_t count;
	struct span text;
	uint64_t tracks; /* with a genre */
	const struct genre_artist {
		uint64_t key;
		uint32_t genre;
		float confidence;
	} * artists; /* by key */
	size_t artist_count;
	struct terms words; /* id: genre, value: confidence */
};
int genremodel_open(struct genremodel *m, const struct pack *p,
		    struct err *err);

struct genre_guess {
	struct span value;  /* in the mapping */
	const char *method; /* "artist-mode", "keyword", "most-common" */
	double confidence;
};
/*
 * confidence is an estimate of P(right): the share of the artist's (or the
 * word's) tracks with that genre, drawn towards the genre's share in the
 * corpus by 1 (or 3) tracks' worth; a word's is cut by what held-out tracks
 * showed it to overstate. An artist has one vote on a word. false: the model
 * knows no genre.
 */
bool genremodel_guess(const struct genremodel *m,
		      const struct genre_clues *clues, struct genre_guess *out);

#endif
