/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/window.h"

#include <stdlib.h>

#include "base/mem.h"

#define WINDOW_START (256 << 10)

void window_init(struct window *w, struct input *in)
{
	memset(w, 0, sizeof(*w));
	w->in = in;
}

void window_release(struct window *w)
{
	free(w->buf);
	memset(w, 0, sizeof(*w));
}

int window_more(struct window *w, struct err *err)
{
	ssize_t got;

	if (w->eof)
		return 0;
	if (w->pos) {
		memmove(w->buf, w->buf + w->pos, w->end - w->pos);
		w->end -= w->pos;
		w->pos = 0;
	}
	if (w->end == w->cap)
		MEM_ROOM(w->buf, w->cap ? w->cap * 2 : WINDOW_START, w->cap);
	got = input_read(w->in, w->buf + w->end, w->cap - w->end, err);
	if (got < 0)
		return -1;
	if (!got) {
		w->eof = true;
		return 0;
	}
	w->end += (size_t)got;
	return 1;
}

int window_need(struct window *w, size_t n, struct err *err)
{
	while (w->end - w->pos < n && !w->eof)
		if (window_more(w, err) < 0)
			return -1;
	return 0;
}

/* Moves past the next LF. */
static int skip_to_newline(struct window *w, struct err *err)
{
	for (;;) {
		size_t left = w->end - w->pos;
		char *nl = left ? memchr(w->buf + w->pos, '\n', left) : NULL;
		int more;

		if (nl) {
			w->pos = (size_t)(nl - w->buf) + 1;
			return 0;
		}
		w->pos = w->end;
		more = window_more(w, err);
		if (more <= 0)
			return more;
	}
}

int window_line(struct window *w, size_t limit, struct span *line, bool *cut,
		struct err *err)
{
	size_t seen = 0, n;

	*cut = false;
	if (w->skipping && skip_to_newline(w, err) < 0)
		return -1;
	w->skipping = false;
	for (;;) {
		size_t left = w->end - w->pos;
		const char *p = w->buf + w->pos;
		const char *nl =
		    left > seen ? memchr(p + seen, '\n', left - seen) : NULL;

		n = nl ? (size_t)(nl - p) : left;
		if (n > limit) {
			*line = (struct span){ p, limit };
			*cut = true;
			w->pos += limit;
			w->skipping = true; /* later: the span must live */
			return 1;
		}
		if (nl || (w->eof && left)) {
			w->pos += n + (nl != NULL);
			if (n && p[n - 1] == '\r')
				n--;
			*line = (struct span){ p, n };
			return 1;
		}
		if (w->eof)
			return 0;
		seen = left;
		if (window_more(w, err) < 0)
			return -1;
	}
}

int window_skip_line(struct window *w, struct err *err)
{
	for (;;) {
		size_t i = w->pos;

		while (i < w->end && w->buf[i] != '\n' && w->buf[i] != '\r')
			i++;
		w->pos = i;
		if (i == w->end) {
			int more = window_more(w, err);
			if (more <= 0)
				return more;
			continue;
		}
		if (w->buf[i] == '\n') {
			w->pos++;
			return 0;
		}
		if (window_need(w, 2, err))
			return -1;
		w->pos++;
		if (w->pos < w->end && w->buf[w->pos] == '\n')
			w->pos++;
		return 0;
	}
}
