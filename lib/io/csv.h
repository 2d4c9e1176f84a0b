/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Comma-separated values as they occur: RFC 4180 (quoted cells, doubled
 * quotes, line ends inside quotes), any delimiter, LF, CRLF or CR, a UTF-8
 * byte order mark, NUL bytes, a last line without an end. Blank lines are no
 * rows. A quote inside a cell that does not begin with one is a plain
 * character. Cells are bytes: encoding is the caller's business.
 *
 * What cannot be read costs one row: it is reported with its line number and
 * reason, and reading goes on at the next line of the file, so that a quote
 * that was never closed takes no good rows with it. Bad rows are
 *   - a quoted cell with text behind its closing quote (where the delimiter is
 *     a tab, quotes are plain characters in such a row instead: much TSV is
 *     not quoted at all),
 *   - a quoted cell not closed before the end of the input or the row limit,
 *   - a row longer than the limit.
 * No byte is looked at more than a few times, whatever the input: lines that a
 * quoted cell can run across without end have only whole pairs of quotes in
 * them, so that none of them, read anew, opens one.
 *
 * Memory is constant: one row (at most the limit) and a buffer.
 */
#ifndef MOODPIPE_CSV_H
#define MOODPIPE_CSV_H

#include "io/window.h"

#define CSV_LIMIT (4u << 20) /* bytes in a row, unless told otherwise */

struct csv_row {
	uint64_t line;      /* where it starts in the input, from 1 */
	struct span raw;    /* as it stands there, without its end; of a bad
				 * row its first line, cut at the limit */
	const char *reason; /* NULL: a good row */
	struct span *cells; /* [count], unquoted; none in a bad row */
	size_t count;
};

struct csv;
/* Reads from w (the caller's) on. delimiter 0: the one of comma, tab,
 * semicolon and bar that is most frequent outside quotes in the first line. limit 0:
 * CSV_LIMIT. */
struct csv *csv_new(struct window *w, char delimiter, size_t limit);
void csv_free(struct csv *c);
/* The next row: 1, 0 at the end, -1 (reading failed). The row's spans are
 * valid until the next call. */
int csv_read(struct csv *c, struct csv_row *row, struct err *err);

#endif
