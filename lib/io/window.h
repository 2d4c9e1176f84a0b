/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sliding window over an input: the bytes from the reader's place on, as
 * many as it asks for, in one piece. What csv.h and readers of foreign lines
 * stand on. Spans into it are valid until the next window_more or window_line.
 */
#ifndef MOODPIPE_WINDOW_H
#define MOODPIPE_WINDOW_H

#include "io/input.h"

struct window {
	struct input *in; /* the caller's */
	char *buf;
	size_t pos, end, cap; /* unread bytes are buf[pos..end) */
	bool eof;             /* nothing comes behind end */
	bool skipping;        /* the rest of a cut line */
};

void window_init(struct window *w, struct input *in);
void window_release(struct window *w); /* not the input */

/* Reads at least one byte more, moving or growing the buffer as it must (it
 * grows only while all of it is unread): 1, 0 at the end of the input, -1. */
int window_more(struct window *w, struct err *err);

/* Sees to it that n bytes are there, or all that are left. 0 or -1. */
int window_need(struct window *w, size_t n, struct err *err);

/* The next line without its LF or CRLF: 1, 0 at the end, -1. Of a line longer
 * than limit the first limit bytes are given, *cut is set, and the rest is
 * passed over. A last line without a newline counts. */
int window_line(struct window *w, size_t limit, struct span *line, bool *cut,
		struct err *err);

/* Passes over the rest of the line at hand: everything up to and including
 * the next LF, CR or CRLF. 0 or -1. */
int window_skip_line(struct window *w, struct err *err);

#endif
