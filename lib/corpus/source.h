/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of a crawl, whatever it is kept in: a table (CSV, TSV), NDJSON, either
 * of them behind gzip, or a folder of audio files. A row comes as JSON members
 * under our names (fieldmap.h; those of NDJSON byte for byte) and the facts
 * that identify it, or with the reason why it cannot be used. One row is one
 * data row of a table, one line of NDJSON that is not blank, one audio file.
 *
 * Encoding: bytes that are not UTF-8 become U+FFFD, NUL in tables is dropped. A
 * row is rejected for it only where nothing else identifies it: a URL with such
 * bytes, or a title of nothing else, is no identity (identity.h).
 */
#ifndef MOODPIPE_SOURCE_H
#define MOODPIPE_SOURCE_H

#include "corpus/fieldmap.h"
#include "corpus/identity.h"
#include "corpus/sourceformat.h"

#define SOURCE_LINE_MAX (16u << 20) /* bytes in a line of NDJSON */

struct source_row {
	uint64_t line;       /* in the file; files are counted */
	struct span raw;     /* as it stands there */
	const char *reason;  /* NULL: a good row */
	struct span members; /* "title":"x","artist":"y" */
	struct identity_facts facts;
};

struct source_options {
	struct fieldmap *map; /* the caller's; of one source at a
					 * time */
	enum source_format format;
	char delimiter;   /* 0: found out */
	size_t row_limit; /* of a table; 0: CSV_LIMIT */
};

struct source;
/* path "-" is stdin. The format is told by the content: a directory; "{" as
 * the first character; else a table. */
struct source *source_open(const char *path, const struct source_options *o,
			   struct err *err);
void source_close(struct source *s);
/* The next row: 1, 0 at the end, -1 (the input cannot be read). Its spans live
 * until the next call. */
int source_next(struct source *s, struct source_row *row, struct err *err);

const char *source_base(const struct source *s);  /* base name */
uint64_t source_repaired(const struct source *s); /* cells so far */
/* A table's header names nothing that could identify a row. */
bool source_anonymous(const struct source *s);

#endif
