/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A genre for tracks without one: the artist's most frequent genre, what tracks
 * that sound alike are (soundgenre.h), what a word of the track's texts says
 * best (a decision list, Yarowsky 1994), or the corpus' most common: whichever
 * was right most often, for guesses as sure as these, on tracks held out. Genres are compared by their key, so "Hip-hop" and
 * "hip hop" are one, and named by the key's most frequent spelling.
 */
#ifndef MOODPIPE_GENREMODEL_H
#define MOODPIPE_GENREMODEL_H

#include "corpus/ngrams.h"
#include "corpus/soundgenre.h"
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
	int sound;                  /* soundgenre_cluster + 1; 0: not known */
};

enum genre_method {
	GENRE_ARTIST, /* "artist-mode" */
	GENRE_SOUND,  /* "sound-cluster" */
	GENRE_WORD,   /* "keyword" */
	GENRE_COMMON, /* "most-common" */
	GENRE_METHODS
};
const char *genre_method_name(enum genre_method m);

/* From what a method says of itself to how often it is right: a rising curve,
 * linear between knots (calibration_isotonic). count 0: not known. */
#define GENREMODEL_KNOTS 6
struct genre_curve {
	uint64_t count;
	double x[GENREMODEL_KNOTS], y[GENREMODEL_KNOTS];
};

struct genremodel_fit;
struct genremodel_fit *genremodel_fit_new(const struct stoplist *stop,
					  size_t memory);
void genremodel_fit_free(struct genremodel_fit *f);
/* A track with that (source) genre; junk is ignored. */
int genremodel_fit_add(struct genremodel_fit *f, struct span genre,
		       const struct genre_clues *clues, struct err *err);
/* Writes the sections genre.* and cluster.*; ends the fit but for freeing.
 * sound: may be NULL; held: soundgenre_fit_write. curves[GENRE_METHODS], NULL:
 * not known. */
int genremodel_fit_write(struct genremodel_fit *f, struct soundgenre_fit *sound,
			 bool held, const struct genre_curve *curves,
			 struct pack_writer *w, struct err *err);

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
	struct soundgenre sound;
	const struct genre_curve *curves; /* [GENRE_METHODS] */
};
int genremodel_open(struct genremodel *m, const struct pack *p,
		    struct err *err);

struct genre_guess {
	struct span value; /* in the mapping; p NULL: none */
	enum genre_method method;
	double confidence;
};
/* What each method says, and how sure it is of itself: the share of the
 * artist's (cluster's, word's) tracks with that genre, drawn towards the genre's
 * share in the corpus by 1 (3, 3) tracks' worth. An artist has one vote on a
 * word. */
void genremodel_guesses(const struct genremodel *m,
			const struct genre_clues *clues,
			struct genre_guess out[GENRE_METHODS]);
/* The guess of highest confidence, an estimate of P(right): by the curves or,
 * where too few tracks were held out for them, by rules of thumb. false: the
 * model knows no genre. */
bool genremodel_guess(const struct genremodel *m,
		      const struct genre_clues *clues, struct genre_guess *out);

#endif
