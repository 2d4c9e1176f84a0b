/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing a generation: rows are collected, ordered by key and written as the
 * sections of index(5). The bytes depend on the set of rows only, never on the
 * order or the files in which they came.
 *
 * An update begins with an index: its rows stay, but for those that are added
 * again or dropped, and what was computed for them serves again. Catalogue,
 * words, prints, playlists, moods, timbre, display features and vectors of
 * components are then, byte for byte, those that all rows would give anew. Vectors of text are the same, but
 * in the order of the lists that are kept; a network's keep the base's mean,
 * and differ by that, as what they tell of the timbre does; lists and graphs differ and answer alike (ivfbuild.h,
 * hnswbuild.h), and their recalls, in "meta", are measured again.
 */
#ifndef MOODPIPE_INDEXWRITER_H
#define MOODPIPE_INDEXWRITER_H

#include "index/featset.h"
#include "index/generation.h"
#include "index/soundgraph.h"
#include "index/textlists.h"

#define INDEX_PLAYLISTS_MAX 100  /* of a row; others are not kept */
#define INDEX_ALBUM_BETWEEN 0x1f /* of artist and album, in an album's name */

struct index_row {
	uint64_t key;
	struct span text[CATALOGUE_FIELDS]; /* n == 0: absent */
	struct span description, lyrics;    /* for the words; likewise */
	struct span language;               /* a code; likewise */
	struct span album;                  /* likewise */
	struct span playlists;              /* names, one a line; likewise */
	bool has_year;
	int year;
	float duration;            /* seconds; NaN: missing */
	float plays, popularity;   /* likewise */
	uint8_t tier, link, flags; /* of flags those that no sound is for */
	uint8_t voice;             /* VOICE_SAID_NONE, VOICE_SAID_SUNG */
};

struct indexwriter;
/* base: the index that an update begins with, which must outlive the writer;
 * else NULL. */
struct indexwriter *indexwriter_new(const struct generation *base);
void indexwriter_free(struct indexwriter *w);
/* Copies row, which takes the place of the base's with that key. -1: ERR_DATA,
 * more than the 2^30 rows that an index holds; ERR_ENV: no room in $TMPDIR. */
int indexwriter_add(struct indexwriter *w, const struct index_row *row,
		    struct err *err);
/* The base's row of that key is to go, unless it is added again. */
void indexwriter_drop(struct indexwriter *w, uint64_t key);

/* What a row of the sound file says beyond what an index shows of it. */
struct index_heard {
	float timbre[TIMBRE_AXES]; /* standardised, NaN: not known */
	uint8_t voice;             /* VOICE_HEARD_NONE, VOICE_HEARD_SUNG */
};
struct index_hearing {
	/* Replaces *out; both NULL: nothing is heard. */
	void (*hear)(const void *ctx, const struct feat_row *row,
		     struct index_heard *out);
	const void *ctx;
};

/* Feature files by signal; any may be NULL. Of an update they hold what
 * changed: a row of a file takes the place of what the base has for its track.
 * A track that was added has nothing but what the files say, except for signals
 * of which there is no file. */
struct index_sources {
	struct featset *text, *sound, *mood, *audio[AUDIO_KINDS];
	struct index_hearing hearing; /* of sound */
	struct textlists_options lists;
	struct soundgraph_options graph;
	size_t memory; /* bytes, for words and prints; 0: usual */
	int threads;   /* 1 or more; the bytes are the same */
};
struct index_counts {
	size_t tracks, artists, genres, text, mood, audio[AUDIO_KINDS];
	size_t added, replaced, removed; /* of an update */
	size_t display, measured;        /* rows with display features */
	size_t albums, playlists, lyrics, timbre;
	struct textlists_made lists;
	struct soundgraph_made graph[AUDIO_KINDS];
};
/* Orders the rows and writes every section but the models' and texts. -1:
 * two rows of one key, a feature file that does not fit, a damaged base. */
int indexwriter_write(struct indexwriter *w, const struct index_sources *s,
		      struct pack_writer *pw, struct index_counts *counts,
		      struct err *err);

#endif
