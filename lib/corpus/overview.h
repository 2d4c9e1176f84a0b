/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A corpus in counts: what became of links, sound and fields, where the moods
 * lie, how its sound spreads, what failed, what took longest, and what changed
 * since an earlier summary. Made of records as a build leaves them (man
 * tracks(5)) and of feature files; written as JSON for programs, as lines for
 * people, and as metrics for Prometheus' textfile collector. The same inputs
 * give the same bytes.
 */
#ifndef MOODPIPE_OVERVIEW_H
#define MOODPIPE_OVERVIEW_H

#include <stdio.h>

#include "base/err.h"
#include "base/table.h"
#include "corpus/overviewitems.h"
#include "corpus/soundmodel.h"

enum overview_group {                     /* how often each name occurs */
		      OVERVIEW_REJECTS,   /* ingest: why rows were refused */
		      OVERVIEW_LINKS,     /* linkcheck: url_status */
		      OVERVIEW_REASONS,   /* "DEAD: http 404" */
		      OVERVIEW_RECOVERED, /* heal: the catalogue that knew more */
		      OVERVIEW_CLASSES,   /* music-filter: music_class */
		      OVERVIEW_TALK,  /* the strongest reason against music */
		      OVERVIEW_AUDIO, /* fetch-audio: audio_status */
		      OVERVIEW_HEARD, /* extract-features: statuses of rows */
		      OVERVIEW_ERAS,  /* enrich */
		      OVERVIEW_LANGUAGES,
		      OVERVIEW_GUESSED, /* impute meta: "genre: artist-mode" */
		      OVERVIEW_EMOTIONS, /* emotion: the strongest class of each */
		      OVERVIEW_SOUND_BY, /* impute audio: methods of rows */
		      OVERVIEW_MOOD_BY,  /* mood-map: likewise */
		      OVERVIEW_ERRORS,   /* "extract-features: undecodable" */
		      OVERVIEW_TURNED, /* since the summary before: "VALID to DEAD" */
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

#define OVERVIEW_BINS 20
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
	uint64_t failed;
	struct overview_items failures; /* the first OVERVIEW_ITEMS */
	struct table failed_before;     /* id, tab, stage: of failures */
	struct overview_slowest slowest;

	uint64_t heard, guessed; /* rows of sound, by where it came from */
	double sure;             /* confidence: sum over the guessed ones */
	struct overview_spread *spreads;             /* of overview_column */
	bool measured;                               /* the next is known: */
	struct soundblend_score errors[SOUND_CASES]; /* of what is guessed */
	uint64_t moods, quadrants[4];                /* Q1 to Q4 */
	uint64_t valence[OVERVIEW_BINS], arousal[OVERVIEW_BINS]; /* [-1, 1] */

	bool compared;
	uint64_t added, changed, gone;
	struct str arrived; /* titles, as JSON strings with commas between */
	struct overview_items turned; /* links of another status now */
	struct overview_track *before, *tracks;
	size_t before_count, count, before_cap, cap;
};
void overview_release(struct overview *s);

/* Column i of sound that is summed up, NULL behind the last. */
const char *overview_column(size_t i);

/* Takes what overview_write_tracks wrote for a summary before this one; a file
 * that is not there is as none. Before the records. -1: ERR_ENV, ERR_DATA. */
int overview_before(struct overview *s, const char *path, struct err *err);
/* Rows that ingest refused. */
int overview_rejects(struct overview *s, const char *path, struct err *err);
/* What took longest (slowest.h); before the records, which name the tracks. */
int overview_slow(struct overview *s, const char *path, struct err *err);
/* How well the guesses of a model of impute audio met tracks held out. */
int overview_sound_model(struct overview *s, const char *path, struct err *err);
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
/* Where a column's middle 98 % lie, and how many values in each of so many
 * equal parts of that; those beyond count at its ends. */
void overview_histogram(const struct overview_spread *s, float *low,
			float *high, uint64_t bins[OVERVIEW_BINS]);
/* The value below which a share q of a column's values lie; NaN: none. */
float overview_quantile(const struct overview_spread *s, double q);
double overview_mean(double sum, uint64_t n); /* 0: of none */
/* "links", ...; "genre", ... */
const char *overview_group_name(enum overview_group g);
const char *overview_field_name(enum overview_field f);

#endif
