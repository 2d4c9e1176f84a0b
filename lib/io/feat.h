/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Feature files, man feat(5): named float32 columns in rows keyed by record,
 * streamable and checked. A missing value is NaN. Reading trusts nothing.
 */
#ifndef MOODPIPE_FEAT_H
#define MOODPIPE_FEAT_H

#include <stdio.h>

#include "base/err.h"
#include "base/hash.h"

#define FEAT_NAME 32 /* bytes of a column name, NUL included */
#define FEAT_UNIT 12
#define FEAT_COLUMNS_MAX 4096

enum feat_status {
	FEAT_OK = 0,
	FEAT_NO_INPUT = 1,    /* the record has nothing to measure */
	FEAT_UPSTREAM = 2,    /* the record came with an error */
	FEAT_UNREADABLE = 3,  /* the file is gone or cannot be opened: retry */
	FEAT_UNDECODABLE = 4, /* damaged, or not audio */
	FEAT_TOO_SHORT = 5,
	FEAT_SILENT = 6,
	FEAT_PARTIAL = 7,      /* measured from a damaged file's sound part */
	FEAT_CRASHED = 8,      /* brought down the process that reads it */
	FEAT_EXCESSIVE = 9,    /* takes more time or memory than it may */
	FEAT_CONSTANT = 10,    /* nothing but direct current */
	FEAT_CLICKS = 11,      /* silence but for a few clicks */
	FEAT_CLIPPED = 12,     /* measured; much of it is at full scale */
	FEAT_OFFSET = 13,      /* measured after taking off a direct current */
	FEAT_UNSUPPORTED = 14, /* sound, of a form that is not decoded */
	FEAT_STATUS_COUNT
};
/* The row has its values: ok, partial, clipped, offset. */
bool feat_status_measured(enum feat_status s);
/* Heard, and nothing in it to measure: silent, constant, clicks. */
bool feat_status_mute(enum feat_status s);
const char *feat_status_name(enum feat_status s); /* "no-input" */
/* The same for people; fixed, so that a reused row says what a new one did. */
const char *feat_status_text(enum feat_status s);

enum feat_method { /* how the row's values came about */
		   FEAT_METHOD_NONE = 0,
		   FEAT_METHOD_MEASURED = 1,
		   FEAT_METHOD_GENRE = 2,      /* genre prototype */
		   FEAT_METHOD_NEIGHBOURS = 3, /* k nearest text neighbours */
		   FEAT_METHOD_GLOBAL = 4,     /* corpus mean */
		   FEAT_METHOD_FORMULA = 5, /* mood from audio by the formula */
		   FEAT_METHOD_LEXICON = 6, /* mood from words */
		   FEAT_METHOD_MODEL = 7,   /* a fitted model applied */
		   FEAT_METHOD_COUNT
};
const char *feat_method_name(enum feat_method m);

struct feat_column {
	char name[FEAT_NAME], unit[FEAT_UNIT];
	uint32_t version; /* of what computes it; 0: the recipe says it */
};

struct feat_schema {
	char stage[FEAT_NAME];
	uint32_t count;
	struct feat_column *columns; /* [count] */
	uint8_t recipe[HASH_SIZE];
};
/* Appends a column of version 0 (for building a schema), and returns it, to be
 * given another version; valid until the next one. */
struct feat_column *feat_schema_add(struct feat_schema *s, const char *name,
				    const char *unit);
void feat_schema_release(struct feat_schema *s);
/* Index of a column, -1 where there is none. */
int feat_schema_find(const struct feat_schema *s, const char *name);

struct feat_row {
	uint64_t key, digest;
	uint8_t status, method;
	float confidence;            /* of the row, [0, 1] */
	uint8_t *measured, *imputed; /* bitmaps, (count + 7) / 8 bytes */
	float *values;               /* [count] */
};
/* A row of the schema's shape; reset: all NaN, bitmaps clear, numbers 0; clear:
 * the same, but for key and digest, which stay. */
struct feat_row *feat_row_new(const struct feat_schema *s);
void feat_row_reset(struct feat_row *r, const struct feat_schema *s);
void feat_row_clear(struct feat_row *r, const struct feat_schema *s);
void feat_row_free(struct feat_row *r);
static inline bool feat_bit(const uint8_t *bits, size_t i)
{
	return bits[i / 8] >> (i % 8) & 1;
}
static inline void feat_set_bit(uint8_t *bits, size_t i)
{
	bits[i / 8] = (uint8_t)(bits[i / 8] | 1u << (i % 8));
}
/* Marks every value that is not NaN as measured (or imputed). */
void feat_row_mark(struct feat_row *r, const struct feat_schema *s,
		   bool imputed);

/* Writing: to a stream the caller owns (atomic.h makes it atomic). */
struct feat_writer;
struct feat_writer *feat_writer_new(FILE *out, const struct feat_schema *s,
				    struct err *err);
int feat_write(struct feat_writer *w, const struct feat_row *r,
	       struct err *err);
/* Writes the trailer and frees w, also on failure. */
int feat_writer_end(struct feat_writer *w, struct err *err);

/* Reading: a regular file, or (front to back only) "-", a pipe. */
struct feat;
struct feat *feat_open(const char *path, struct err *err);
void feat_close(struct feat *f);
const struct feat_schema *feat_schema(const struct feat *f);
/* Rows, from the trailer; UINT64_MAX for a pipe not yet read to its end. */
uint64_t feat_count(const struct feat *f);
/* The next row in file order: 1, 0 at the end (trailer checked), -1. */
int feat_read(struct feat *f, struct feat_row *row, struct err *err);
/* The row of that key: 1, 0 where there is none, -1. Cheap when keys are asked
 * for in file order (a merge); otherwise an index of keys is built once. One
 * thread at a time. Regular files only. */
int feat_find(struct feat *f, uint64_t key, struct feat_row *row,
	      struct err *err);

#endif
