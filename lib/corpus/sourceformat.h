/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a crawl is kept in, told by its first bytes.
 */
#ifndef MOODPIPE_SOURCEFORMAT_H
#define MOODPIPE_SOURCEFORMAT_H

#include "base/err.h"
#include "base/str.h"

enum source_format {
	SOURCE_AUTO,
	SOURCE_CSV,
	SOURCE_TSV,
	SOURCE_NDJSON,
	SOURCE_AUDIO
};

#define SOURCEFORMAT_HEAD 512 /* bytes that suffice */

/* "auto" "csv" "tsv" "ndjson" "audio"; -1 for anything else. */
int sourceformat_parse(const char *name, enum source_format *out);

/* A table's delimiter as people write it: one character, "tab" or "\\t"; -1 for
 * anything else, quotes and line ends included. */
int sourceformat_delimiter(const char *text, char *out);

/* head: the first bytes, decompressed. Decides SOURCE_AUTO: NDJSON where the
 * first character is "{" or the path ends in .ndjson or .jsonl (.gz), a table
 * otherwise; leaves another *format as it is. -1, ERR_DATA: it is nothing we
 * read (UTF-16, an archive, a JSON array, a file where --format says folder);
 * the message says what to do. */
int sourceformat_find(const char *path, struct span head,
		      enum source_format *format, struct err *err);

#endif
