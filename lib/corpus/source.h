/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of a crawl, whatever it is kept in; what it is, its content says. A row
 * comes as JSON members under our names (fieldmap.h) and the facts that
 * identify it, or with the reason why it cannot be used. A row is
 *
 *   table (CSV, TSV)     a data row; text is mended (text/mend.h)
 *   NDJSON               a line that is not blank; members byte for byte
 *   folder               a sound file below it, with its tags
 *   M3U, XSPF, JSPF      an entry; those whose location is a sound file are as
 *                        in folders
 *   AcousticBrainz JSON  an analysis, one per document or several; also as a
 *                        line of NDJSON
 *   archive (tar, zip)   a row of any of these in one of its files, but no
 *                        sound; a file that is none of them; a link, device or
 *                        pipe; the place where the archive breaks off
 *
 * any of them behind gzip; zstd, bzip2, xz, lzma count as archives of one file.
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
	struct span raw;     /* as it stands there; of documents, playlists,
			      * folders: what it is called there */
	struct span inside;  /* of an archive: the file in it; else empty */
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
/* path "-" is stdin. NULL: ERR_ENV, or ERR_DATA where it is nothing we read. */
struct source *source_open(const char *path, const struct source_options *o,
			   struct err *err);
void source_close(struct source *s);
/* The next row: 1, 0 at the end, -1 (the input cannot be read). Its spans live
 * until the next call. */
int source_next(struct source *s, struct source_row *row, struct err *err);

const char *source_base(const struct source *s);  /* base name */
uint64_t source_repaired(const struct source *s); /* cells so far */
uint64_t source_mended(const struct source *s);   /* texts so far */
uint64_t source_outside(const struct source *s);  /* features left out */
/* A table's header names nothing that could identify a row. */
bool source_anonymous(const struct source *s);

#endif
