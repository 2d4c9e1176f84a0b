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
	SOURCE_AUDIO, /* a folder */
	SOURCE_JSON,  /* one document */
	SOURCE_M3U,
	SOURCE_XSPF,
	/* These cannot be asked for. */
	SOURCE_JSPF,
	SOURCE_ARCHIVE
};

#define SOURCEFORMAT_HEAD 512 /* bytes that suffice */

/* "auto" "csv" "tsv" "ndjson" "audio" "json" "m3u" "xspf"; -1 for anything
 * else. */
int sourceformat_parse(const char *name, enum source_format *out);

/* A table's delimiter as people write it: one character, "tab" or "\\t"; -1 for
 * anything else, quotes and line ends included. */
int sourceformat_delimiter(const char *text, char *out);

/* head: the first bytes, gzip undone. Decides SOURCE_AUTO: M3U where it begins
 * with #EXTM3U or the path ends in .m3u, .m3u8; XSPF for XML with "<playlist";
 * NDJSON where the first character is "{" or the path ends in .ndjson or .jsonl
 * (.gz); a table otherwise. Leaves another *format as it is, but tar, zip and
 * what is compressed by zstd, bzip2, xz or lzma is SOURCE_ARCHIVE whatever was
 * asked for. -1, ERR_DATA: it is nothing we read (UTF-16, a JSON array, other
 * XML, sound, by its bytes or its name, a file where --format says folder); the
 * message says what to do, it does not name the path. */
int sourceformat_find(const char *path, struct span head,
		      enum source_format *format, struct err *err);

/* Is text that begins with "{" one JSON document, not NDJSON? more: everything
 * that is there of it, up to some limit, is in text. Yes: it is one object over
 * several lines, or one line that holds a JSPF playlist or AcousticBrainz
 * analyses by recording. */
bool sourceformat_is_document(struct span text);

#endif
