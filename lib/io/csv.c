/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/csv.h"

#include <stdio.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"

enum found {
	FOUND_ROW,
	FOUND_MORE, /* the range ends inside a row */
	FOUND_OPEN, /* ... inside quotes */
	FOUND_BAD,  /* text behind a closing quote */
};

struct csv {
	struct window *w;
	char delimiter;
	size_t limit;
	bool started, literal;
	bool skip;      /* the rest of a line too long */
	bool after_cr;  /* an LF may belong to the last CR */
	uint64_t line;  /* at w->pos */
	uint64_t inner; /* line ends in the quoted cells of the row */
	struct span *cells;
	size_t count, cap;
	size_t *unquoted; /* cells whose bytes are in text */
	size_t nunquoted, unquoted_cap;
	struct str text;
	char reason[80];
};

struct csv *csv_new(struct window *w, char delimiter, size_t limit)
{
	struct csv *c = mem_zalloc(1, sizeof(*c));

	c->w = w;
	c->delimiter = delimiter;
	c->limit = limit ? limit : CSV_LIMIT;
	c->line = 1;
	return c;
}

void csv_free(struct csv *c)
{
	if (!c)
		return;
	free(c->cells);
	free(c->unquoted);
	str_release(&c->text);
	free(c);
}

/* Where delimiters and line ends are, 64 bytes at a time: cells are short, and
 * to look at every byte once is cheaper than to start anew in each. */
struct scan {
	const char *base; /* of bit 0 */
	uint64_t hits;    /* those not yet asked for */
	const char *end, *seen;
	char delimiter;
};

#ifdef __SSE2__
static uint64_t find_hits(const char *p, char delimiter)
{
	const __m128i d = _mm_set1_epi8(delimiter);
	const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
	uint64_t hits = 0;

	for (int i = 0; i < 64; i += 16) {
		__m128i x =
		    _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		__m128i hit = _mm_or_si128(
		    _mm_cmpeq_epi8(x, d),
		    _mm_or_si128(_mm_cmpeq_epi8(x, lf), _mm_cmpeq_epi8(x, cr)));
		hits |= (uint64_t)(unsigned)_mm_movemask_epi8(hit) << i;
	}
	return hits;
}
#endif

/* First delimiter or line end at or behind p, which never goes back. */
static const char *scan(struct scan *s, const char *p)
{
#ifdef __SSE2__
	if (p < s->seen)
		s->hits &= ~UINT64_C(0) << (p - s->base);
	while (p >= s->seen || !s->hits) {
		if (p < s->seen)
			p = s->seen;
		if (s->end - p < 64)
			break;
		s->base = p;
		s->seen = p + 64;
		s->hits = find_hits(p, s->delimiter);
	}
	if (p < s->seen)
		return s->base + __builtin_ctzll(s->hits);
#endif
	while (p < s->end && *p != s->delimiter && *p != '\n' && *p != '\r')
		p++;
	return p;
}

/* Line ends in s: LF, CRLF or CR. */
static uint64_t count_lines(struct span s)
{
	const char *p = s.p, *end = s.p + s.n;
	uint64_t lines = 0;

#ifdef __SSE2__
	const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r');
	const __m128i zero = _mm_setzero_si128();

	while (end - p >= 16) {
		__m128i sum = zero; /* per byte: 255 rounds at most */
		int rounds = 0, any_cr = 0;

		for (; end - p >= 16 && rounds < 255; p += 16, rounds++) {
			__m128i x =
			    _mm_loadu_si128((const __m128i *)(const void *)p);
			any_cr = _mm_movemask_epi8(_mm_cmpeq_epi8(x, cr));
			if (any_cr)
				break;
			sum = _mm_sub_epi8(sum, _mm_cmpeq_epi8(x, lf));
		}
		sum = _mm_sad_epu8(sum, zero);
		lines += (unsigned)_mm_cvtsi128_si32(sum);
		lines += (unsigned)_mm_cvtsi128_si32(_mm_srli_si128(sum, 8));
		if (any_cr)
			break;
	}
#endif
	for (; p < end; p++)
		lines += *p == '\n' ||
			 (*p == '\r' && (p + 1 == end || p[1] != '\n'));
	return lines;
}

static void add_cell(struct csv *c, const char *p, size_t n)
{
	MEM_ROOM(c->cells, c->count + 1, c->cap);
	c->cells[c->count++] = (struct span){ p, n };
}

/* A quoted cell with doubled quotes: its text goes to c->text, which may move,
 * so until the row ends the cell holds an offset. */
static void add_unquoted(struct csv *c, const char *p, size_t n)
{
	const char *end = p + n;
	size_t start = c->text.n;

	while (p < end) {
		const char *q = memchr(p, '"', (size_t)(end - p));
		if (!q) {
			str_put(&c->text, p, (size_t)(end - p));
			break;
		}
		str_put(&c->text, p, (size_t)(q + 1 - p));
		p = q + 2;
	}
	MEM_ROOM(c->unquoted, c->nunquoted + 1, c->unquoted_cap);
	c->unquoted[c->nunquoted++] = c->count;
	add_cell(c, NULL, c->text.n - start);
}

static void settle_cells(struct csv *c)
{
	size_t at = 0;

	for (size_t i = 0; i < c->nunquoted; i++) {
		struct span *cell = &c->cells[c->unquoted[i]];
		cell->p = c->text.n ? c->text.p + at : "";
		at += cell->n;
	}
}

/* The quoted cell behind *at; *at moves behind its closing quote. */
static enum found quoted_cell(struct csv *c, const char **at, const char *end,
			      bool last)
{
	const char *start = *at, *p = start;
	bool doubled = false;

	for (;;) {
		const char *q = memchr(p, '"', (size_t)(end - p));
		if (!q || (q + 1 == end && !last))
			return FOUND_OPEN;
		if (q + 1 < end && q[1] == '"') {
			doubled = true;
			p = q + 2;
			continue;
		}
		c->inner +=
		    count_lines((struct span){ start, (size_t)(q - start) });
		if (doubled)
			add_unquoted(c, start, (size_t)(q - start));
		else
			add_cell(c, start, (size_t)(q - start));
		*at = q + 1;
		return FOUND_ROW;
	}
}

/*
 * Parses a row in [p, end); last: the input ends at end. On FOUND_ROW *stop is
 * where its line end starts, otherwise how far was looked.
 */
static enum found parse(struct csv *c, const char *p, const char *end,
			bool last, const char **stop)
{
	struct scan s = { .end = end, .seen = p, .delimiter = c->delimiter };

	c->count = c->nunquoted = 0;
	c->text.n = 0;
	c->inner = 0;
	for (;;) {
		*stop = end;
		if (p < end && *p == '"' && !c->literal) {
			p++;
			if (quoted_cell(c, &p, end, last) == FOUND_OPEN)
				return FOUND_OPEN;
			if (p < end && *p != c->delimiter && *p != '\n' &&
			    *p != '\r') {
				*stop = p;
				return FOUND_BAD;
			}
		} else {
			const char *start = p;
			p = scan(&s, p);
			add_cell(c, start, (size_t)(p - start));
		}
		if (p < end && *p == c->delimiter) {
			p++;
			continue;
		}
		if (!last && p == end)
			return FOUND_MORE;
		*stop = p;
		return FOUND_ROW;
	}
}

/* Where the first line of [p, end) ends; NULL where it does not. */
static const char *line_end(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));
	const char *cr = memchr(p, '\r', (size_t)((lf ? lf : end) - p));

	return cr ? cr : lf;
}

/* Moves behind the row end at p + n (which may be the end of input). */
static void pass(struct csv *c, const char *p, size_t n)
{
	size_t left = c->w->end - c->w->pos;
	size_t end =
	    n < left && p[n] == '\r' && n + 1 < left && p[n + 1] == '\n'
		? 2
		: n < left;

	c->after_cr = n + 1 == left && p[n] == '\r';
	c->w->pos += n + end;
	c->line++;
}

/* Reports what stands at p as a bad row and goes on behind its first line. */
static void reject(struct csv *c, struct csv_row *row, const char *p,
		   size_t range, const char *reason)
{
	const char *stop;

	range = range < c->limit ? range : c->limit;
	stop = line_end(p, p + range);
	row->reason = reason;
	row->cells = NULL;
	row->count = 0;
	row->raw = (struct span){ p, stop ? (size_t)(stop - p) : range };
	if (stop) {
		pass(c, p, row->raw.n);
	} else {
		c->w->pos += range;
		c->skip = c->w->pos < c->w->end || !c->w->eof;
		c->line++;
	}
}

static void sniff_delimiter(struct csv *c, const char *p, const char *end)
{
	static const char candidates[] = ",\t;|";
	size_t seen[4] = { 0 }, best = 0;
	bool quoted = false;

	for (; p < end && (quoted || (*p != '\n' && *p != '\r')); p++) {
		const char *d;
		if (*p == '"')
			quoted = !quoted;
		else if (!quoted && *p && (d = strchr(candidates, *p)))
			seen[d - candidates]++;
	}
	for (size_t i = 1; i < 4; i++)
		if (seen[i] > seen[best])
			best = i;
	c->delimiter = candidates[best];
}

static int start(struct csv *c, struct err *err)
{
	struct window *w = c->w;

	c->started = true;
	if (window_need(w, 64 << 10, err))
		return -1;
	if (w->end - w->pos >= 3 && !memcmp(w->buf + w->pos, "\xEF\xBB\xBF", 3))
		w->pos += 3;
	if (!c->delimiter)
		sniff_delimiter(c, w->buf + w->pos, w->buf + w->end);
	return 0;
}

/* Makes w->pos the start of a line: 1, 0 at the end of the input, -1. */
static int next_line(struct csv *c, struct err *err)
{
	struct window *w = c->w;
	int more;

	if (c->skip && window_skip_line(w, err))
		return -1;
	c->skip = false;
	if (w->pos == w->end && (more = window_more(w, err)) <= 0)
		return more;
	if (c->after_cr && w->buf[w->pos] == '\n')
		w->pos++;
	c->after_cr = false;
	if (w->pos == w->end)
		return window_more(w, err);
	return 1;
}

/* Parses the row at hand, reading on until it is whole, bad, or at the limit.
 * *range: the bytes that were looked at, from w->pos. */
static int find_row(struct csv *c, enum found *found, size_t *range, size_t *n,
		    struct err *err)
{
	struct window *w = c->w;

	for (;;) {
		size_t left = w->end - w->pos;
		const char *p = w->buf + w->pos, *stop;
		bool capped = left > c->limit;
		bool last = w->eof && !capped;

		*range = capped ? c->limit + 1 : left; /* with a line end */
		*found = parse(c, p, p + *range, last, &stop);
		*n = (size_t)(stop - p);
		if (*found == FOUND_BAD || *found == FOUND_ROW || capped ||
		    last)
			return 0;
		/* Doubling: a row is parsed anew, but not for every block. */
		if (window_need(w, 2 * left + 1, err))
			return -1;
	}
}

static const char *why(struct csv *c, enum found found, size_t range)
{
	if (found == FOUND_BAD)
		return "text behind a closing quote";
	if (found == FOUND_OPEN && range <= c->limit)
		return "a quote is not closed before the end of the file";
	snprintf(c->reason, sizeof(c->reason),
		 found == FOUND_OPEN ? "a quote is not closed within %zu bytes"
				     : "a row of more than %zu bytes",
		 c->limit);
	return c->reason;
}

int csv_read(struct csv *c, struct csv_row *row, struct err *err)
{
	struct window *w = c->w;
	enum found found;
	size_t range, n;
	const char *p;
	int more;

	if (!c->started && start(c, err))
		return -1;
	do {
		if ((more = next_line(c, err)) <= 0)
			return more;
		if (find_row(c, &found, &range, &n, err))
			return -1;
		if (c->delimiter == '\t' &&
		    (found == FOUND_BAD || found == FOUND_OPEN)) {
			c->literal = true;
			more = find_row(c, &found, &range, &n, err);
			c->literal = false;
			if (more < 0)
				return -1;
		}
		p = w->buf + w->pos;
		row->line = c->line;
		if (found == FOUND_ROW && !n)
			pass(c, p, 0); /* a blank line */
	} while (found == FOUND_ROW && !n);

	if (found != FOUND_ROW) {
		reject(c, row, p, range, why(c, found, range));
		return 1;
	}
	settle_cells(c);
	*row =
	    (struct csv_row){ row->line, { p, n }, NULL, c->cells, c->count };
	c->line += c->inner;
	pass(c, p, n);
	return 1;
}
