/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/utf8.h"

#include <stdlib.h>
#include <utf8proc.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"

/* Length of the ASCII run at p, 16 or eight bytes at a time. */
static size_t ascii_run(const char *p, size_t n)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 16 <= n; i += 16) {
		int mask = _mm_movemask_epi8(
		    _mm_loadu_si128((const __m128i *)(const void *)(p + i)));
		if (mask)
			return i + (size_t)__builtin_ctz((unsigned)mask);
	}
#endif
	for (; i + 8 <= n; i += 8) {
		uint64_t w;
		memcpy(&w, p + i, 8);
		if (w & 0x8080808080808080u)
			break;
	}
	while (i < n && !((unsigned char)p[i] & 0x80))
		i++;
	return i;
}

/* Decodes at p < end: length of the sequence, or minus the length of the
 * maximal subpart of a malformed one. */
static int decode(const unsigned char *p, const unsigned char *end,
		  uint32_t *code)
{
	unsigned lo = 0x80, hi = 0xBF;
	uint32_t c = *p;
	int more;

	if (c < 0x80) {
		*code = c;
		return 1;
	}
	if (c < 0xC2 || c > 0xF4)
		return -1;
	more = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
	lo = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
	hi = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
	c &= 0x3Fu >> more;
	for (int i = 1; i <= more; i++) {
		if (p + i == end || p[i] < lo || p[i] > hi)
			return -i;
		c = c << 6 | (p[i] & 0x3Fu);
		lo = 0x80;
		hi = 0xBF;
	}
	*code = c;
	return more + 1;
}

/* Length of the well-formed text at the head of s. */
static size_t valid_run(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p, *end = p + s.n;
	size_t i = 0;
	uint32_t code;

	while (i < s.n) {
		int len;
		i += ascii_run(s.p + i, s.n - i);
		if (i == s.n)
			break;
		len = decode(p + i, end, &code);
		if (len < 0)
			break;
		i += (size_t)len;
	}
	return i;
}

bool utf8_valid(struct span s)
{
	return valid_run(s) == s.n;
}

const char *utf8_next(const char *p, const char *end, uint32_t *code)
{
	int len =
	    decode((const unsigned char *)p, (const unsigned char *)end, code);

	if (len < 0) {
		*code = UTF8_REPLACEMENT;
		len = -len;
	}
	return p + len;
}

void utf8_put(struct str *out, uint32_t code)
{
	char b[4];
	size_t n = 0;

	if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
		code = UTF8_REPLACEMENT;
	if (code < 0x80) {
		b[n++] = (char)code;
	} else if (code < 0x800) {
		b[n++] = (char)(0xC0 | code >> 6);
		b[n++] = (char)(0x80 | (code & 0x3F));
	} else if (code < 0x10000) {
		b[n++] = (char)(0xE0 | code >> 12);
		b[n++] = (char)(0x80 | (code >> 6 & 0x3F));
		b[n++] = (char)(0x80 | (code & 0x3F));
	} else {
		b[n++] = (char)(0xF0 | code >> 18);
		b[n++] = (char)(0x80 | (code >> 12 & 0x3F));
		b[n++] = (char)(0x80 | (code >> 6 & 0x3F));
		b[n++] = (char)(0x80 | (code & 0x3F));
	}
	str_put(out, b, n);
}

size_t utf8_clean(struct span s, struct str *out)
{
	size_t replaced = 0;

	while (s.n) {
		size_t good = valid_run(s);
		const char *next;
		uint32_t code;

		str_put(out, s.p, good);
		if (good == s.n)
			break;
		next = utf8_next(s.p + good, s.p + s.n, &code);
		utf8_put(out, UTF8_REPLACEMENT);
		replaced++;
		s.n -= (size_t)(next - s.p);
		s.p = next;
	}
	return replaced;
}

/* An accent: a mark that dresses a letter. Marks that are vowels or voicing
 * (Indic, Thai, kana) are letters to their readers. */
static bool is_accent(uint32_t c)
{
	return (c >= 0x0300 && c <= 0x036F) || /* diacritical marks */
	       (c >= 0x0483 && c <= 0x0489) || /* Cyrillic titlo ... */
	       (c >= 0x0591 && c <= 0x05BD) || c == 0x05BF || /* Hebrew */
	       c == 0x05C1 || c == 0x05C2 || c == 0x05C4 || c == 0x05C5 ||
	       c == 0x05C7 || (c >= 0x064B && c <= 0x065F) ||
	       c == 0x0670 || /* Arabic */
	       (c >= 0x06D6 && c <= 0x06DC) || (c >= 0x1AB0 && c <= 0x1AFF) ||
	       (c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x20D0 && c <= 0x20FF) ||
	       (c >= 0xFE20 && c <= 0xFE2F);
}

/* Latin letters without a decomposition, and typographic punctuation that
 * UTF8PROC_LUMP leaves: plain spelling, or NULL. */
static const char *plain(uint32_t c)
{
	switch (c) {
	case 0x00E6:
		return "ae";
	case 0x00F0:
		return "d";
	case 0x00F8:
		return "o";
	case 0x00FE:
		return "th";
	case 0x0111:
		return "d";
	case 0x0127:
		return "h";
	case 0x0131:
		return "i";
	case 0x0138:
		return "k";
	case 0x0142:
		return "l";
	case 0x014B:
		return "n";
	case 0x0153:
		return "oe";
	case 0x0167:
		return "t";
	case 0x201C:
	case 0x201D:
	case 0x201E:
	case 0x201F:
		return "\"";
	case 0x2018:
	case 0x2019:
	case 0x201A:
	case 0x201B:
		return "'";
	default:
		return NULL;
	}
}

static size_t fold_codes(utf8proc_int32_t *code, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!is_accent((uint32_t)code[i]))
			code[kept++] = code[i];
	return kept;
}

/* s is well-formed. */
static void fold_unicode(struct span s, struct str *out)
{
	const utf8proc_option_t how = UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
				      UTF8PROC_CASEFOLD | UTF8PROC_IGNORE |
				      UTF8PROC_LUMP;
	size_t cap = 0;
	utf8proc_int32_t *code = NULL;
	utf8proc_ssize_t n;

	MEM_ROOM(code, s.n + 16, cap);
	n = utf8proc_decompose((const utf8proc_uint8_t *)s.p,
			       (utf8proc_ssize_t)s.n, code,
			       (utf8proc_ssize_t)cap, how);
	if (n > (utf8proc_ssize_t)cap) {
		MEM_ROOM(code, (size_t)n, cap);
		n = utf8proc_decompose((const utf8proc_uint8_t *)s.p,
				       (utf8proc_ssize_t)s.n, code,
				       (utf8proc_ssize_t)cap, how);
	}
	if (n < 0) { /* not for well-formed text */
		str_span(out, s);
		free(code);
		return;
	}
	n = (utf8proc_ssize_t)fold_codes(code, (size_t)n);
	n = utf8proc_normalize_utf32(code, n,
				     UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		const char *z = plain((uint32_t)code[i]);
		if (z)
			str_puts(out, z);
		else
			utf8_put(out, (uint32_t)code[i]);
	}
	free(code);
}

static void fold_ascii(struct span s, struct str *out)
{
	char *to;

	str_reserve(out, s.n);
	to = out->p + out->n;
	for (size_t i = 0; i < s.n; i++) {
		unsigned c = (unsigned char)s.p[i];
		to[i] = (char)(c - 'A' < 26 ? c + 32 : c);
	}
	to[s.n] = 0;
	out->n += s.n;
}

void utf8_fold(struct span s, struct str *out)
{
	struct str clean = { 0 };

	if (!s.n)
		return;
	if (ascii_run(s.p, s.n) == s.n) {
		fold_ascii(s, out);
		return;
	}
	if (!utf8_valid(s)) {
		utf8_clean(s, &clean);
		s = span_str(&clean);
	}
	fold_unicode(s, out);
	str_release(&clean);
}

void utf8_fold_name(struct span s, struct str *out)
{
	size_t start = out->n, to = start;

	utf8_fold(s, out);
	for (size_t i = start; i < out->n; i++) {
		bool blank = strchr(" \t\r\n\f\v", out->p[i]) && out->p[i];

		if (!blank)
			out->p[to++] = out->p[i];
		else if (to > start && out->p[to - 1] != ' ')
			out->p[to++] = ' ';
	}
	if (to > start && out->p[to - 1] == ' ')
		to--;
	out->n = to;
	if (out->p)
		out->p[to] = '\0';
}
