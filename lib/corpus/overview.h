/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A corpus in counts: what became of links, sound and fields, where the moods
 * lie, how its sound spreads, and what changed since an earlier summary. Made of
 * records as a build leaves them (man tracks(5)) and of feature files; written
 * as JSON for programs, as lines for people, and as metrics for Prometheus'
 * textfile collector. The same inputs give the same bytes.
 */
#ifndef MOODPIPE_OVERVIEW_H
#define MOODPIPE_OVERVIEW_H

#include <stdio.h>

#include "base/err.h"
#include "base/table.h"

enum overview_group {                   /* how often each name occurs */
		      OVERVIEW_LINKS,   /* url_status */
		      OVERVIEW_REASONS, /* "DEAD: http 404" */
		      OVERVIEW_AUDIO,   /* audio_status */
		      OVERVIEW_HEARD,   /* statuses of rows of what was heard */
		      OVERVIEW_CLASSES, /* music_class */
		      OVERVIEW_ERAS,
		      OVERVIEW_LANGUAGES,
		      OVERVIEW_EMOTIONS, /* the strongest class of each */
		      OVERVIEW_ERRORS,   /* "extract-features: undecodable" */
		      OVERVIEW_GROUPS,
};

enum overview_field {
	OVERVIEW_GENRE,
	OVERVIEW_TAGS,
	OVERVIEW_DESCRIPTION,
	OVERVIEW_YEAR,
	OVERVIEW_FIELDS,
};

struct overview_coverage {
	uint64_t source, imputed; /* the others are absent */
	double confidence;        /* sum over the imputed ones */
};

#define OVERVIEW_BINS 20 /* of [-1, 1] */
#define OVERVIEW_SHOWN 20

struct overview_spread { /* of a column of sound */
	float *values;
	size_t count, cap;
};

struct overview { /* zeroed is empty; to release */
	uint64_t records, recovered;
	uint64_t rejected, merged, joined; /* the caller's to fill */
	struct table groups[OVERVIEW_GROUPS];
	struct overview_coverage fields[OVERVIEW_FIELDS];
	struct str failed; /* JSON objects {id, title, tool, message}, the
			      first OVERVIEW_SHOWN, commas between */
	uint64_t failed_count;

	uint64_t heard, guessed; /* rows of sound, by where it came from */
	struct overview_spread *spreads; /* of overview_column */
	uint64_t moods, quadrants[4];    /* Q1 to Q4 */
	uint64_t valence[OVERVIEW_BINS], arousal[OVERVIEW_BINS];

	bool compared;
	uint64_t added, changed, gone;
	struct str arrived; /* JSON strings, as failed */
	struct overview_track *before, *tracks;
	size_t before_count, count, before_cap, cap;
};
void overview_release(struct overview *s);

/* Column i of sound that is summed up, NULL behind the last. */
const char *overview_column(size_t i);

/* Takes what overview_write_tracks wrote for a summary before this one; a file
 * that is not there is as none. Before the records. -1: ERR_ENV, ERR_DATA. */
int overview_before(struct overview *s, const char *path, struct err *err);
/* Files of records; of records in which a stage noted errors; rows of what was
 * heard (extract-features), of sound (impute audio) and of moods. */
int overview_records(struct overview *s, const char *path, struct err *err);
int overview_errors(struct overview *s, const char *path, struct err *err);
int overview_heard(struct overview *s, const char *path, struct err *err);
int overview_sound(struct overview *s, const char *path, struct err *err);
int overview_moods(struct overview *s, const char *path, struct err *err);
/* When all is read: counts what went, sorts what is spread. */
void overview_end(struct overview *s);
/* The tracks and digests of what they say, for the next summary: a feature
 * file. */
int overview_write_tracks(const struct overview *s, FILE *out, struct err *err);

/* Appends it in one of three forms. */
void overview_json(const struct overview *s, struct str *out);
void overview_text(const struct overview *s, struct str *out);
void overview_metrics(const struct overview *s, struct str *out);

/* For these forms: the entries of a group, most frequent first, equals by
 * name; [count], to free. */
const struct table_entry **overview_ranked(const struct table *t);
/* The value below which a share q of a column's values lie; NaN: none. */
float overview_quantile(const struct overview_spread *s, double q);
/* "links", ...; "genre", ... */
const char *overview_group_name(enum overview_group g);
const char *overview_field_name(enum overview_field f);

#endif
