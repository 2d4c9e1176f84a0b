/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/identity.h"

#include <math.h>

#include "base/num.h"
#include "text/utf8.h"

void identity_release(struct identity *s)
{
	str_release(&s->text);
	str_release(&s->part);
}

static void finish(const struct identity *s, char id[IDENTITY_SIZE])
{
	uint8_t digest[HASH_SIZE];

	hash_sha256(s->text.p, s->text.n, digest);
	identity_write(digest, id);
}

/* Does text say anything: a code point that is neither white space, control
 * character nor the mark of lost bytes. */
static bool says_something(struct span text)
{
	const char *p = text.p, *end = p + text.n;

	while (p < end) {
		uint32_t c;
		p = utf8_next(p, end, &c);
		if (c > ' ' && c != 0x7F && !(c >= 0x80 && c <= 0xA0) &&
		    c != UTF8_REPLACEMENT && c != 0x3000 &&
		    !(c >= 0x2000 && c <= 0x200F) && c != 0xFEFF)
			return true;
	}
	return false;
}

/* Appends text folded, trimmed, with single spaces. */
static void add_folded(struct identity *s, struct span text)
{
	bool gap = false;
	size_t start = s->text.n;

	str_reset(&s->part);
	utf8_fold(text, &s->part);
	for (size_t i = 0; i < s->part.n; i++) {
		char c = s->part.p[i];
		if ((unsigned char)c <= ' ') {
			gap = true;
			continue;
		}
		if (gap && s->text.n > start)
			str_putc(&s->text, ' ');
		gap = false;
		str_putc(&s->text, c);
	}
}

static void add_number(struct identity *s, struct span text)
{
	double v;

	str_putc(&s->text, '\n');
	if (text.n && !num_double(span_trim(text), &v) && fabs(v) < 1e15)
		str_fixed(&s->text, v, 3);
}

/* The last resort: what the row is called. */
static int add_names(struct identity *s, const struct identity_facts *f)
{
	size_t start;

	if (!says_something(f->title))
		return -1;
	str_puts(&s->text, "text:");
	add_folded(s, f->artist);
	str_putc(&s->text, '\n');
	start = s->text.n;
	add_folded(s, f->title);
	if (s->text.n == start)
		return -1;
	add_number(s, f->year);
	add_number(s, f->duration);
	if (says_something(f->album)) {
		str_putc(&s->text, '\n');
		add_folded(s, f->album);
	}
	return 0;
}

int identity_make(struct identity *s, const struct identity_facts *f,
		  char id[IDENTITY_SIZE])
{
	str_reset(&s->text);
	if (!identity_put_url(f->url, &s->text)) {
		finish(s, id);
		return 0;
	}
	if (f->payload.n) {
		str_puts(&s->text, "audio:");
		str_span(&s->text, f->payload);
	} else if (add_names(s, f)) {
		return -1;
	}
	finish(s, id);
	return 0;
}
