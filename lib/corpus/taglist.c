/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/taglist.h"

/* Bytes of a double quote at p, typographic ones included; 0: none. */
static size_t quote(const char *p, const char *end)
{
	if (*p == '"')
		return 1;
	return end - p > 2 && !memcmp(p, "\xE2\x80", 2) &&
		       (unsigned char)p[2] >= 0x9C &&
		       (unsigned char)p[2] <= 0x9F
		   ? 3
		   : 0;
}

static bool has_quotes(struct span s)
{
	const char *end = s.p + s.n;

	for (const char *p = s.p; p < end; p++)
		if (quote(p, end))
			return true;
	return false;
}

static void put(struct str *out, struct span tag)
{
	while (tag.n && strchr(", \t\r\n", tag.p[0]))
		tag = (struct span){ tag.p + 1, tag.n - 1 };
	while (tag.n && strchr(", \t\r\n", tag.p[tag.n - 1]))
		tag.n--;
	if (!tag.n)
		return;
	str_putc(out, '"');
	str_span(out, tag);
	str_puts(out, "\" ");
}

struct span taglist_normal(struct span list, struct str *scratch)
{
	const char *p = list.p, *end = p + list.n;
	bool quoted, inside = false;
	const char *start = p;

	if (!list.n ||
	    (!memchr(p, ',', list.n) && !memmem(p, list.n, "\xE2\x80", 2)))
		return list;
	quoted = has_quotes(list);
	if (!quoted && !memchr(p, ',', list.n))
		return list; /* "don’t": an apostrophe is no quote */
	str_reset(scratch);
	while (p < end) {
		size_t n = quote(p, end);
		bool gap = quoted ? (unsigned char)*p <= ' ' : *p == ',';

		if (n || (gap && !inside)) {
			put(scratch,
			    (struct span){ start, (size_t)(p - start) });
			inside ^= n > 0;
			start = p + (n ? n : 1);
		}
		p += n ? n : 1;
	}
	put(scratch, (struct span){ start, (size_t)(end - start) });
	return span_str(scratch);
}
