/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/trackprose.h"

/* Appends a sentence, and a full stop where it has no end of its own. */
static void sentence(struct str *out, struct span s)
{
	s = span_trim(s);
	if (!s.n)
		return;
	if (out->n)
		str_putc(out, ' ');
	str_span(out, s);
	if (!strchr(".!?", out->p[out->n - 1]))
		str_putc(out, '.');
}

static void title(const struct trackprose *p, struct str *out)
{
	struct span name = span_trim(p->title), by = span_trim(p->artist);

	str_span(out, name);
	if (name.n && by.n)
		str_puts(out, " by ");
	str_span(out, by);
	if (out->n)
		str_putc(out, '.');
}

/* One a line becomes a list with commas. */
static void tags(struct span lines, struct str *out)
{
	lines = span_trim(lines);
	if (!lines.n)
		return;
	if (out->n)
		str_putc(out, ' ');
	for (size_t i = 0; i < lines.n; i++)
		if (lines.p[i] == '\n')
			str_puts(out, ", ");
		else
			str_putc(out, lines.p[i]);
	str_putc(out, '.');
}

bool trackprose_write(const struct trackprose *p, struct str *out)
{
	str_reset(out);
	title(p, out);
	sentence(out, p->genre);
	tags(p->tags, out);
	sentence(out, p->description);
	sentence(out, p->vibe);
	return out->n > 0;
}
