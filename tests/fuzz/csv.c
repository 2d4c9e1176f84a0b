/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a table: every byte is in a row, a row's end, or the rest of a
 * line that was cut; where reads end makes no difference; what was read,
 * written with quotes, reads the same. The first three bytes choose delimiter,
 * row limit and where reads end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool it)
{
	if (!it)
		abort();
}

static bool is_end(char c)
{
	return c == '\n' || c == '\r';
}

/* What was read, one form for comparing, another to be read again. */
struct seen {
	struct str rows, quoted;
	bool failed;
};

static void note(struct seen *s, const struct csv_row *row, bool lines)
{
	if (lines)
		str_printf(&s->rows,
			   "%llu %s %zu:", (unsigned long long)row->line,
			   row->reason ? row->reason : "", row->raw.n);
	if (lines || row->reason)
		str_span(&s->rows, row->raw);
	if (row->reason)
		return;
	for (size_t i = 0; i < row->count; i++) {
		struct span c = row->cells[i];

		str_printf(&s->rows, " %zu:", c.n);
		str_span(&s->rows, c);
		str_puts(&s->quoted, i ? ",\"" : "\"");
		for (size_t k = 0; k < c.n; k++) {
			if (c.p[k] == '"')
				str_putc(&s->quoted, '"');
			str_putc(&s->quoted, c.p[k]);
		}
		str_putc(&s->quoted, '"');
	}
	str_putc(&s->rows, '\n');
	str_putc(&s->quoted, '\n');
}

/* Moves *at behind row, which must stand there. */
static void account(struct span text, size_t *at, const struct csv_row *row,
		    size_t limit)
{
	size_t cells = 0;

	while (*at < text.n && is_end(text.p[*at]))
		++*at;
	require(row->raw.n <= text.n - *at);
	require(!memcmp(text.p + *at, row->raw.p, row->raw.n));
	*at += row->raw.n;
	if (row->reason && row->raw.n >= limit)
		while (*at < text.n && !is_end(text.p[*at]))
			++*at;
	require(*at == text.n || is_end(text.p[*at]));
	for (size_t i = 0; i < row->count; i++)
		cells += row->cells[i].n;
	require(cells + row->count <= row->raw.n + 1);
	require(row->reason ? !row->count : row->count > 0);
}

static void read_all(const char *path, char delimiter, size_t limit,
		     const struct span *text, bool lines, struct seen *s)
{
	struct input *in = input_open(path, NULL);
	struct csv_row row;
	struct window w;
	struct csv *csv;
	uint64_t line = 0;
	size_t at = 0;
	int got;

	if (!in) {
		s->failed = true;
		return;
	}
	window_init(&w, in);
	csv = csv_new(&w, delimiter, limit);
	if (text && text->n >= 3 && !memcmp(text->p, "\xEF\xBB\xBF", 3))
		at = 3;
	while ((got = csv_read(csv, &row, NULL)) == 1) {
		require(row.line > line);
		line = row.line;
		if (text)
			account(*text, &at, &row, limit);
		note(s, &row, lines);
	}
	s->failed = got < 0;
	for (; text && !got && at < text->n; at++)
		require(is_end(text->p[at]));
	csv_free(csv);
	window_release(&w);
	input_close(in);
}

static void read_bytes(const void *p, size_t n, char delimiter, size_t limit,
		       const struct span *text, bool lines, struct seen *s)
{
	char path[40];
	int fd = memfd_create("table", 0);

	require(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_all(path, delimiter, limit, text, lines, s);
	close(fd);
}

/* Every read gives one packet. The first has the two bytes that input.c looks
 * at beforehand. */
static void read_packets(const uint8_t *p, size_t n, unsigned seed,
			 char delimiter, size_t limit, struct seen *s)
{
	int pair[2], room = 1 << 20;

	require(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	for (size_t at = 0, k; at < n; at += k) {
		seed = seed * 1103515245 + 12345;
		k = at ? 1 + (seed >> 16) % (n / 16 + 2) : n < 2 ? n : 2;
		k = k < n - at ? k : n - at;
		require(send(pair[0], p + at, k, 0) == (ssize_t)k);
	}
	close(pair[0]);
	require(dup2(pair[1], STDIN_FILENO) == STDIN_FILENO);
	close(pair[1]);
	read_all("-", delimiter, limit, NULL, true, s);
}

static void release(struct seen *s)
{
	str_release(&s->rows);
	str_release(&s->quoted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen once = { 0 }, pieces = { 0 }, again = { 0 }, last = { 0 };
	struct span text;
	char delimiter;
	size_t limit;
	bool gzip;

	if (size < 4 || size > 1 << 16)
		return 0;
	delimiter = "\0,\t;|\0\0"[data[0] % 8];
	limit = data[1] ? data[1] : CSV_LIMIT;
	text = (struct span){ (const char *)data + 3, size - 3 };
	gzip = text.n > 1 && data[3] == 0x1f && data[4] == 0x8b;
	read_bytes(text.p, text.n, delimiter, limit, gzip ? NULL : &text, true,
		   &once);
	require(gzip || !once.failed);
	read_packets(data + 3, text.n, data[2], delimiter, limit, &pieces);
	require(pieces.failed == once.failed);
	require(span_eq(span_str(&once.rows), span_str(&pieces.rows)));
	/* The good rows alone, twice. */
	if (once.quoted.n) {
		read_bytes(once.quoted.p, once.quoted.n, ',', 1 << 20, NULL,
			   false, &again);
		read_bytes(again.quoted.p, again.quoted.n, ',', 1 << 20, NULL,
			   false, &last);
		require(
		    span_eq(span_str(&once.quoted), span_str(&again.quoted)));
		require(span_eq(span_str(&again.rows), span_str(&last.rows)));
	}
	release(&once);
	release(&pieces);
	release(&again);
	release(&last);
	return 0;
}
