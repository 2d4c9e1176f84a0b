/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/str.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"

bool span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool span_is(struct span a, const char *s)
{
	size_t n = strlen(s);

	return a.p && a.n == n && memcmp(a.p, s, n) == 0;
}

bool span_ieq(struct span a, const char *s)
{
	size_t n = strlen(s);

	return a.p && a.n == n && strncasecmp(a.p, s, n) == 0;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span s)
{
	while (s.n && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

int span_cmp(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

void str_release(struct str *s)
{
	free(s->p);
	*s = (struct str){ 0 };
}

void str_reserve(struct str *s, size_t more)
{
	MEM_ROOM(s->p, s->n + more + 1, s->cap);
}

void str_puts(struct str *s, const char *z)
{
	str_put(s, z, strlen(z));
}

void str_printf(struct str *s, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	str_reserve(s, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(s->p + s->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	s->n += (size_t)n;
}

const char *str_z(struct str *s)
{
	str_reserve(s, 0);
	s->p[s->n] = '\0';
	return s->p;
}

void str_u64(struct str *s, uint64_t v)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	str_put(s, digits + i, sizeof(digits) - i);
}

void str_i64(struct str *s, int64_t v)
{
	if (v < 0)
		str_putc(s, '-');
	str_u64(s, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void str_fixed(struct str *s, double v, int decimals)
{
	static const double pow10[] = { 1,   1e1, 1e2, 1e3, 1e4,
					1e5, 1e6, 1e7, 1e8, 1e9 };
	double scaled = fabs(v) * pow10[decimals];
	uint64_t whole;
	char digits[24]; /* sign, 16 digits, point */
	size_t i = sizeof(digits);

	if (!(scaled < 1e15)) {
		str_printf(s, "%.17g", v);
		return;
	}
	whole = (uint64_t)llrint(scaled);
	v = whole ? v : 0;
	for (; decimals && whole % 10 == 0; decimals--)
		whole /= 10;
	if (decimals) {
		for (; decimals; decimals--, whole /= 10)
			digits[--i] = (char)('0' + whole % 10);
		digits[--i] = '.';
	}
	do {
		digits[--i] = (char)('0' + whole % 10);
		whole /= 10;
	} while (whole);
	if (v < 0)
		digits[--i] = '-';
	str_put(s, digits + i, sizeof(digits) - i);
}
