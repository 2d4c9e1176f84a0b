/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "io/json.h"
#include "io/jsonrune.h"

/* Has one of the eight characters a meaning of its own in a string, or its high
 * bit set? (Bit tricks: "hasless" and "haszero" of Anderson's collection.) */
static bool is_special(uint64_t w)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
	uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';

	return ((w | (w - ones * ' ') | (quote - ones) | (slash - ones)) &
		highs) != 0;
}

/* Copies n < 16 characters if all of them are plain. */
static bool copy_few(char *out, const char *p, size_t n)
{
	uint64_t a = 0, b = 0;
	uint32_t c, d;

	if (n >= 8) {
		memcpy(&a, p, 8);
		memcpy(&b, p + n - 8, 8);
		if (is_special(a) || is_special(b))
			return false;
		memcpy(out, &a, 8);
		memcpy(out + n - 8, &b, 8);
		return true;
	}
	if (n < 4)
		return false;
	memcpy(&c, p, 4);
	memcpy(&d, p + n - 4, 4);
	if (is_special((uint64_t)c << 32 | d))
		return false;
	memcpy(out, &c, 4);
	memcpy(out + n - 4, &d, 4);
	return true;
}

/* Copies the head of p that needs neither escape nor check: ASCII but quotes,
 * backslashes and control characters. Returns its length. out has room for n
 * and 16 bytes more, of which any may be written. */
static size_t copy_plain(char *out, const char *p, size_t n)
{
	size_t i = 0;
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i slash = _mm_set1_epi8('\\');
	const __m128i space = _mm_set1_epi8(' ');

	for (; n - i >= 16; i += 16) {
		__m128i x =
		    _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		/* Signed: what is above 0x7f is less than a space, too. */
		__m128i hit =
		    _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote),
					      _mm_cmpeq_epi8(x, slash)),
				 _mm_cmplt_epi8(x, space));
		int mask = _mm_movemask_epi8(hit);

		_mm_storeu_si128((__m128i *)(void *)(out + i), x);
		if (mask)
			return i + (size_t)__builtin_ctz((unsigned)mask);
	}
#endif
	if (n - i < 16 && copy_few(out + i, p + i, n - i))
		return n;
	for (; i < n; i++) {
		signed char c = (signed char)p[i];

		if (c < ' ' || c == '"' || c == '\\')
			break;
		out[i] = p[i];
	}
	return i;
}

static void put_escaped(struct str *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	str_putc(out, '\\');
	if (c == '"' || c == '\\') {
		str_putc(out, (char)c);
	} else if (c == '\n' || c == '\r' || c == '\t') {
		str_putc(out, c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
	} else {
		str_puts(out, "u00");
		str_putc(out, hex[c >> 4]);
		str_putc(out, hex[c & 15]);
	}
}

void json_put_string(struct str *out, struct span s)
{
	const char *p = s.n ? s.p : "", *end = p + s.n;

	str_putc(out, '"');
	while (p < end) {
		size_t n;

		str_reserve(out, (size_t)(end - p) + 16);
		n = copy_plain(out->p + out->n, p, (size_t)(end - p));
		out->n += n;
		p += n;
		if (p == end)
			break;
		if ((unsigned char)*p < 0x80) {
			put_escaped(out, (unsigned char)*p++);
			continue;
		}
		do { /* text of other scripts */
			n = jsonrune_length((const void *)p, (size_t)(end - p));
			if (n)
				str_put(out, p, n);
			else
				str_puts(out, "\xef\xbf\xbd");
			p += n ? n : 1;
		} while (p < end && (unsigned char)*p >= 0x80);
	}
	str_putc(out, '"');
}

void json_put_number(struct str *out, double v, int decimals)
{
	if (isfinite(v))
		str_fixed(out, v, decimals);
	else
		str_puts(out, "null");
}
