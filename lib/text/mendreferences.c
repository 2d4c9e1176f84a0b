/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libxml/HTMLparser.h>

#include "text/mend.h"
#include "text/utf8.h"

#define NAME_MAX_BYTES 10 /* "&thetasym;" has eight */

/* Windows-1252, 0x80 to 0x9F; 0: no character. */
static const uint16_t windows[32] = {
	0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
	0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
	0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
	0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* The character of a number, 0: none that belongs in text. */
static uint32_t character(uint32_t code)
{
	if (code >= 0x80 && code < 0xA0)
		return windows[code - 0x80];
	if ((code < 0x20 && code != '\t' && code != '\n' && code != '\r') ||
	    code == 0x7F || code > 0x10FFFF ||
	    (code >= 0xD800 && code < 0xE000) || (code & 0xFFFE) == 0xFFFE)
		return 0;
	return code;
}

/* "38" or "x26" behind "&#": the character, or 0. */
static uint32_t numeric(struct span body)
{
	int base = body.n && (body.p[0] | 0x20) == 'x' ? 16 : 10;
	uint32_t code = 0;
	size_t i = base == 16;

	if (i == body.n)
		return 0;
	for (; i < body.n; i++) {
		int d = digit(body.p[i]);
		if (d >= base || code > 0x110000)
			return 0;
		code = code * (uint32_t)base + (uint32_t)d;
	}
	return character(code);
}

static uint32_t named(struct span name)
{
	char z[NAME_MAX_BYTES + 1];
	const htmlEntityDesc *e;

	for (size_t i = 0; i < name.n; i++) {
		char c = (char)(name.p[i] | 0x20);
		if ((c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9'))
			return 0;
	}
	memcpy(z, name.p, name.n);
	z[name.n] = 0;
	if (!strcmp(z, "apos"))
		return '\'';
	e = htmlEntityLookup((const xmlChar *)z);
	return e ? e->value : 0;
}

/* The reference at p ("&"): its length and character, or 0. */
static size_t reference(const char *p, const char *end, uint32_t *code)
{
	size_t left = (size_t)(end - p), n = 1;
	struct span body;

	while (n < left && n <= NAME_MAX_BYTES + 1 && p[n] != ';' &&
	       p[n] != '&' && (unsigned char)p[n] > ' ')
		n++;
	if (n == left || p[n] != ';' || n == 1)
		return 0;
	body = (struct span){ p + 1, n - 1 };
	if (body.n > NAME_MAX_BYTES)
		return 0;
	*code = body.p[0] == '#'
		    ? numeric((struct span){ body.p + 1, body.n - 1 })
		    : named(body);
	return *code ? n + 1 : 0;
}

bool mend_references(struct span in, struct str *out)
{
	const char *p = in.p, *end = p + in.n;
	bool found = false;
	size_t start = out->n;

	while (p < end) {
		const char *amp = memchr(p, '&', (size_t)(end - p));
		uint32_t code;
		size_t n;

		if (!amp)
			break;
		str_put(out, p, (size_t)(amp - p));
		n = reference(amp, end, &code);
		if (n)
			utf8_put(out, code);
		else
			str_putc(out, '&');
		found |= n > 0;
		p = amp + (n ? n : 1);
	}
	if (found)
		str_put(out, p, (size_t)(end - p));
	else
		out->n = start;
	return found;
}
