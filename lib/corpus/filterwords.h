/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What speaks for speech, noise, DJ sets and songs: the table
 * data/filter-words.tsv, which says what its columns mean. A row is one piece
 * of evidence and its weights are log-odds against a track (a song): one row
 * counts once, and of the rows of a group only the strongest.
 */
#ifndef MOODPIPE_FILTERWORDS_H
#define MOODPIPE_FILTERWORDS_H

#include "base/err.h"
#include "base/table.h"
#include "text/tokens.h"

enum music_class { MUSIC_TRACK, MUSIC_SET, MUSIC_TALK, MUSIC_NOISE };
enum { MUSIC_CLASSES = 4 };
const char *music_class_name(enum music_class c); /* "track" */

/* Where a row looks. Those before FILTER_TEXTS are texts. */
enum filter_where {
	FILTER_TITLE,
	FILTER_ARTIST,
	FILTER_GENRE,
	FILTER_TAG,
	FILTER_DESCRIPTION,
	FILTER_VIBE,
	FILTER_TEXTS,
	FILTER_MINUTES = FILTER_TEXTS, /* a range of the duration */
	FILTER_PLAYS,                  /* a range of the play count */
	FILTER_HAS,     /* a member that is there and not empty */
	FILTER_LACKS,   /* a member that is not there; music: nothing that is
			 * written speaks for it */
	FILTER_SHAPE,   /* of the title: filtershape.h */
	FILTER_START,   /* always: how common a class is */
	FILTER_SOUND,   /* a ramp over a column of the sound's features */
	FILTER_HEARD,   /* a status of the sound, feat(5) */
	FILTER_ARTISTS, /* a range of the share of no music in the artist's
			 * other tracks; weights per log-odds */
	FILTER_LIMIT,   /* probability from which on a record is no music */
	FILTER_ALONE,   /* a group whose rows say nothing of the artist */
	FILTER_WHERES
};
const char *filter_where_name(enum filter_where w); /* "title" */

struct filter_row {
	uint32_t where; /* bits, 1 << enum filter_where */
	struct span what;
	uint32_t group; /* 0: none */
	bool alone;     /* says nothing of the artist's other tracks */
	double low, high;
	int shape;                    /* of filtershape.h */
	double weight[MUSIC_CLASSES]; /* of MUSIC_TRACK: 0 */
	uint32_t next; /* of the same phrase: row + 1, 0 at the end */
};

struct filterwords {
	char *text;
	struct filter_row *rows;
	size_t count, cap;
	struct table phrases; /* folded words joined by blanks -> row + 1 */
	struct table groups;
	size_t longest; /* words of the longest phrase */
};

/* name is for messages. -1: ERR_DATA. */
int filterwords_parse(struct filterwords *w, struct span tsv, const char *name,
		      struct err *err);
void filterwords_release(struct filterwords *w);

/* Scratch of filterwords_each; zeroed it is valid. */
struct filter_scan {
	struct tokens tokens;
	struct str text;
	struct filter_word {
		size_t start, end;
	} * at;
	size_t count, cap;
};
void filter_scan_release(struct filter_scan *s);

/* Calls hit(ctx, row) for every row with a phrase in the text (of one of the
 * text fields; lines are texts of their own) that no longer phrase of that
 * field covers. The order is that of the text. */
void filterwords_each(const struct filterwords *w, struct filter_scan *s,
		      enum filter_where field, struct span text, void *ctx,
		      void (*hit)(void *ctx, size_t row));

#endif
