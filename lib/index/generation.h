/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An index generation, man index(5): one immutable file (a pack of kind
 * "moodindex") with the catalogue, the vectors of every signal and the models
 * a query needs. Opening maps it and checks what the table of contents says;
 * bytes inside sections are trusted by nobody: row numbers, offsets and
 * lengths are checked where they are used.
 */
#ifndef MOODPIPE_GENERATION_H
#define MOODPIPE_GENERATION_H

#include "index/hnsw.h"
#include "index/ivf.h"
#include "index/lyricprint.h"
#include "index/moodgrid.h"
#include "index/namefind.h"
#include "index/timbre.h"
#include "index/words.h"
#include "io/pack.h"

#define GENERATION_KIND "moodindex"
#define GENERATION_VERSION 6
#define GENERATION_NAME 17 /* 16 hex digits of the pack's digest, NUL */
#define GENERATION_CURRENT "current"

#define GENERATION_TEXT_DIM                                                    \
	384 /* of the model of words; an encoder has its own */
#define GENERATION_TEXT_MAX 4096
#define GENERATION_AUDIO_DIM 64 /* of components; a network has its own */
#define GENERATION_AUDIO_MAX 4096

enum audio_kind {                   /* of vectors of sound, embed(1) */
		  AUDIO_COMPONENTS, /* of measured features */
		  AUDIO_NETWORK,    /* of a trained network */
		  AUDIO_KINDS
};
struct audio_vectors {
	size_t count;            /* 0: none of that kind */
	size_t dim;              /* as above; 1 to GENERATION_AUDIO_MAX */
	const uint32_t *rows;    /* [count], ascending */
	const float *vectors;    /* [count][dim], unit length */
	const float *confidence; /* [count] */
	const uint8_t *measured; /* [count]: 1, or 0: imputed */
	const float *mean;       /* [dim], of a network's: taken off before */
	struct hnsw graph;       /* of them, or byte-precision copies alone */
};
struct audio_sections { /* what they are called in the file */
	const char *rows, *vectors, *confidence, *measured, *mean, *graph;
};
extern const struct audio_sections audio_sections[AUDIO_KINDS];
struct name_sections { /* likewise, of struct name_rows */
	const char *first, *rows, *find;
};
extern const struct name_sections artist_sections, title_sections;

enum catalogue_field { /* strings of a row, in this order */
		       CATALOGUE_ID,
		       CATALOGUE_TITLE,
		       CATALOGUE_ARTIST,
		       CATALOGUE_GENRE,
		       CATALOGUE_URL,
		       CATALOGUE_TAGS,
		       CATALOGUE_FIELDS
};

enum catalogue_flag {
	CATALOGUE_GENRE_IMPUTED = 1,
	CATALOGUE_SET = 2, /* a DJ set or mix, not one track */
	CATALOGUE_TAGS_IMPUTED = 4,
	CATALOGUE_HEARD = 8,         /* its sound was measured */
	CATALOGUE_INSTRUMENTAL = 16, /* known to be without singing */
	CATALOGUE_SUNG = 32,         /* known to be sung */
};
enum catalogue_voice {                      /* what the last two are known by */
		       VOICE_SAID_NONE = 1, /* the record says instrumental */
		       VOICE_SAID_SUNG = 2, /* it has lyrics */
		       VOICE_HEARD_NONE = 4, /* its sound, measured */
		       VOICE_HEARD_SUNG = 8,
};
/* The flags that follow: what is said goes before what was heard; both, of
 * either, is no telling. */
uint8_t catalogue_voice_flags(uint8_t voice);

enum catalogue_link {
	LINK_UNKNOWN,
	LINK_VALID,
	LINK_MOVED,
	LINK_REQUIRES_AUTH,
	LINK_DEAD,
	LINK_COUNT
};
enum catalogue_tier {
	TIER_NONE,
	TIER_UNDERGROUND,
	TIER_NICHE,
	TIER_POPULAR,
	TIER_VIRAL,
	TIER_COUNT
};
/* Does a request without a filter look there? */
bool catalogue_is_usual(unsigned link, unsigned flags);
/* "UNKNOWN" ..., "" and "Underground" ...; out of range: the first. */
const char *catalogue_link_name(unsigned link);
const char *catalogue_tier_name(unsigned tier);

enum display_feature {                   /* columns of display.values */
		       DISPLAY_TEMPO,    /* BPM */
		       DISPLAY_ENERGY,   /* [0, 1]: RMS / 0.5 */
		       DISPLAY_KEY,      /* 0-11 from C */
		       DISPLAY_MODE,     /* 1 major, 0 minor */
		       DISPLAY_LOUDNESS, /* LUFS */
		       DISPLAY_FEATURES
};

/* Rows of which candidates touch most pages of a column. */
#define GENERATION_TOUCHED ((size_t)4 << 20)

#define CATALOGUE_NONE UINT32_MAX /* no artist, no genre, no title */
#define CATALOGUE_NO_YEAR INT16_MIN
#define CATALOGUE_NO_LANGUAGE UINT16_MAX

struct names { /* folded names, sorted; number = rank */
	size_t count;
	const uint64_t *offsets; /* [count + 1] */
	struct span blob;
};
struct name_rows { /* of the names of artists, of titles */
	size_t count;
	const uint32_t *first; /* [count + 1]: rows[first[i]] on have name i, */
	const uint32_t *rows;  /* ascending; row numbers are not checked */
	size_t total;
	struct namefind find; /* by how they are spelt, more or less */
};

struct playlists { /* in which tracks were found together */
	struct names names;
	const uint32_t *first; /* [names.count + 1]: rows[first[i]] on are in */
	const uint32_t *rows;  /* it, ascending; not checked */
	size_t total;
};
struct together {              /* index/together.h */
	const uint32_t *first; /* [rows of the index + 1], NULL: none */
	const uint32_t *rows;
	const uint8_t *weight; /* [total]: the cosine times 255 */
	size_t total;
};

struct generation {
	struct pack *pack;
	char *path;
	char name[GENERATION_NAME];
	/* generation_read_once: what single rows have is read from the file
	 * (pack_copy). */
	bool once;
	size_t count; /* rows, in key order */

	const uint64_t *keys;           /* [count], as are the others */
	const uint32_t *artist, *genre; /* numbers into names, or NONE */
	const uint16_t *language;       /* likewise, or NO_LANGUAGE */
	const int16_t *year;
	const float *duration;           /* seconds; NaN: missing */
	const float *plays, *popularity; /* likewise */
	const uint8_t *tier, *link, *flags;
	/* 1 where requests without a filter look, else 0; how many are 1. */
	const uint8_t *usual;
	size_t usual_count;
	const uint64_t *offsets; /* [count * FIELDS + 1] into blob */
	struct span blob;
	struct names artists, genres, languages;
	struct name_rows by_artist, by_title;
	struct words_view words; /* of title, artist, tags, genre and more */

	/* [count] each, NaN where missing; all NULL: no mood signal. */
	const float *valence, *arousal, *mood_confidence;
	const float *dominance; /* NULL: no track has one */
	struct moodgrid grid;  /* of valence and arousal, where there are any */
	struct moodgrid space; /* with dominance, where there is any */

	/* Of either kind there may be none; a row may have one, both or
	 * neither. */
	struct audio_vectors audio[AUDIO_KINDS];

	size_t text_count; /* 0: no text signal */
	size_t text_dim;   /* 1 to GENERATION_TEXT_MAX; 0: no text signal */
	const uint32_t
	    *text_rows;          /* [text_count], list by list, or ascending */
	const uint32_t *text_at; /* [count]: position of a row, or NONE */
	const int8_t *text;      /* [text_count][text_dim] */
	const float *text_scale; /* [text_count]: unit = scale * q */
	struct ivf text_lists;   /* of them; nlist 0: too few for lists */

	const uint8_t *voice; /* [count]: bits of catalogue_voice */
	/* [count]: rows of one number are of one album of one artist; NONE:
	 * not known. NULL: no row has one. */
	const uint32_t *album;
	struct names albums; /* folded artist, a byte 1f, folded album */
	/* [count][TIMBRE_AXES]: the percentile among tracks whose sound was
	 * measured, 0 to 100, or TIMBRE_NONE. NULL: no row has one. */
	const uint8_t *timbre;
	const int16_t *timbre_score; /* likewise: what is ranked; TIMBRE_NO */
	/* Likewise, of the features alone, where a network's vectors told more;
	 * else NULL. */
	const int16_t *timbre_heard;

	struct lyricprint lyrics; /* by rows */
	struct lyricprint titled; /* by numbers of titles, by_title */
	struct playlists playlists;
	struct together together;

	const float *display;            /* [count][FEATURES] or NULL */
	const uint8_t *display_measured; /* [count] bits, or NULL */

	/* As lexicon_compile, themes_compile and foreign_compile wrote them;
	 * whoever views them checks them. */
	struct span lexicon, themes, foreign;
	struct span targets, weights, meta; /* texts */
	struct span asking;                 /* likewise; p NULL: none */
	/* Which encoder the text vectors are of (corpus/encodermark.h); p NULL:
	 * of the model of words. */
	struct span encoder;
	bool emotion; /* has the network of feelings: textnet_open(pack) */
};

/* path: a directory with `current`, or an .idx file. ERR_ENV: not there (the
 * message says how to build one); ERR_DATA: not one of this release's. */
struct generation *generation_open(const char *path, struct err *err);
/* The generation of that name, in the directory path is or lies in. */
struct generation *generation_open_named(const char *path, const char *name,
					 struct err *err);
void generation_close(struct generation *g);
/* For a process that answers one request: to touch a page of the mapping for
 * the first time costs more than to read some bytes of the file (but few names
 * are read in place). */
void generation_read_once(struct generation *g, bool once);
/* Is that a generation's name: 16 lower-case hex digits? */
bool generation_is_name(struct span s);

/* Touches the columns that scores are of, for a process that waits for its
 * candidates: to touch them for the first time takes longer than to score.
 * Returns nothing that means anything. */
unsigned generation_touch(const struct generation *g);

/* A string of a row; n == 0 where the row has none. -1, ERR_DATA: row or
 * offsets out of bounds. */
int catalogue_text(const struct generation *g, size_t row,
		   enum catalogue_field field, struct span *out,
		   struct err *err);
/* The same, in place of what *out held. */
int catalogue_copy(const struct generation *g, size_t row,
		   enum catalogue_field field, struct str *out,
		   struct err *err);
/* All of a row's strings, which stand one after the other; where g->once in
 * room, until it is used again. */
int catalogue_row(const struct generation *g, size_t row,
		  struct span text[CATALOGUE_FIELDS], struct str *room,
		  struct err *err);
/* n bytes of a section for this moment: where they are, or, where g->once,
 * copied into room. */
const void *generation_look(const struct generation *g, const void *at,
			    size_t n, void *room);
/* The same of a number in a column that candidates look at here and there: of
 * a short one they touch most pages, and more than once. */
const void *generation_cell(const struct generation *g, const void *at,
			    size_t n, void *room);
/* -1: out of bounds. */
int names_get(const struct names *n, size_t i, struct span *out);

/* The rows of name i; none where the section is damaged. */
size_t name_rows_get(const struct name_rows *n, size_t i,
		     const uint32_t **rows);

struct displayed {                     /* of a row, which is not checked */
	float value[DISPLAY_FEATURES]; /* NaN: not known */
	unsigned measured;             /* bits 1 << enum display_feature */
};
void generation_displayed(const struct generation *g, size_t row,
			  struct displayed *out);

/* Position of a row's text vector, SIZE_MAX: it has none. */
size_t generation_text_at(const struct generation *g, size_t row);
/* Position of row in an ascending array of row numbers, SIZE_MAX: none. */
size_t generation_find(const uint32_t *rows, size_t count, size_t row);
/* Position of a row's vector of sound, SIZE_MAX: it has none. */
size_t generation_sound_at(const struct generation *g, enum audio_kind kind,
			   size_t row);

#endif
