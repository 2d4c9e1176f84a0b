/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/lyricquote.h"

#include "text/tokens.h"

struct marks {
	const char *open, *close;
};

static size_t starts(struct span s, size_t at, const char *mark)
{
	size_t n = strlen(mark);

	return s.n - at >= n && !memcmp(s.p + at, mark, n) ? n : 0;
}

/* The first of that mark from `at` on; SIZE_MAX: none. */
static size_t find(struct span s, size_t at, const char *mark)
{
	const char *p =
	    at < s.n ? memmem(s.p + at, s.n - at, mark, strlen(mark)) : NULL;

	return p ? (size_t)(p - s.p) : SIZE_MAX;
}

static unsigned read_words(struct lyricquote *q, struct span text)
{
	q->text = text;
	q->count = (unsigned)lyricprint_read(text, q->codes, LYRICFIND_WORDS);
	return q->count;
}

/* The first part between quotation marks that has words enough. */
static bool read_marked(struct lyricquote *q, struct span s)
{
	static const struct marks marks[] = {
		{ "\"", "\"" },
		{ "\xe2\x80\x9c", "\xe2\x80\x9d" }, /* English */
		{ "\xe2\x80\x9e", "\xe2\x80\x9c" }, /* German */
		{ "\xc2\xab", "\xc2\xbb" },         /* French */
		{ "\xc2\xbb", "\xc2\xab" },
		{ "\xe3\x80\x8c", "\xe3\x80\x8d" }, /* Japanese */
	};

	for (size_t at = 0; at < s.n; at++)
		for (size_t m = 0; m < sizeof(marks) / sizeof(*marks); m++) {
			size_t n = starts(s, at, marks[m].open);
			size_t end =
			    n ? find(s, at + n, marks[m].close) : SIZE_MAX;

			if (end == SIZE_MAX)
				continue;
			if (read_words(q, (struct span){ s.p + at + n,
							 end - at - n }) >=
			    LYRICPRINT_LEAST)
				return true;
			at = end;
			break;
		}
	return false;
}

bool lyricquote_read(struct lyricquote *q, struct span request)
{
	q->count = 0;
	q->marked = request.n && read_marked(q, request);
	return q->marked ||
	       (request.n && read_words(q, request) >= LYRICPRINT_LEAST);
}

static size_t count_words(struct span text)
{
	struct tokens t = { 0 };
	struct token token;
	size_t n = 0;

	tokens_start(&t, text);
	while (n <= LYRICFIND_WORDS && tokens_next(&t, &token))
		n++;
	tokens_release(&t);
	return n;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct span lyricquote_span(const struct lyricquote *q, size_t first,
			    size_t last)
{
	struct span s = q->text, out = { NULL, 0 };
	size_t words = 0, at = 0;

	while (at < s.n && words <= last) {
		size_t from = at, n;

		while (from < s.n && is_blank(s.p[from]))
			from++;
		at = from;
		while (at < s.n && !is_blank(s.p[at]))
			at++;
		n = count_words((struct span){ s.p + from, at - from });
		if (words <= first && words + n > first)
			out.p = s.p + from;
		words += n;
		if (out.p && n)
			out.n = (size_t)(s.p + at - out.p);
	}
	return words > last ? out : (struct span){ NULL, 0 };
}
