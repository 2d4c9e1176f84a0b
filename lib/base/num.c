/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

int num_u64(struct span s, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (!s.p || !s.n)
		return -1;
	for (i = 0; i < s.n; i++) {
		unsigned d = (unsigned)(unsigned char)s.p[i] - '0';

		if (d > 9 || v > (UINT64_MAX - d) / 10)
			return -1;
		v = v * 10 + d;
	}
	*out = v;
	return 0;
}

int num_i64(struct span s, int64_t *out)
{
	bool negative = s.n && s.p[0] == '-';
	uint64_t v;

	if (negative || (s.n && s.p[0] == '+')) {
		s.p++;
		s.n--;
	}
	if (num_u64(s, &v) || v > (uint64_t)INT64_MAX + negative)
		return -1;
	*out = negative ? (int64_t)(0 - v) : (int64_t)v;
	return 0;
}

int num_int(struct span s, int lo, int hi, int *out)
{
	int64_t v;

	if (num_i64(s, &v) || v < lo || v > hi)
		return -1;
	*out = (int)v;
	return 0;
}

/* sign, digits, point, digits: exact while both parts fit 53 bits. */
static bool simple_double(struct span s, double *out)
{
	static const double pow10[] = { 1,    1e1,  1e2,  1e3, 1e4,  1e5,
					1e6,  1e7,  1e8,  1e9, 1e10, 1e11,
					1e12, 1e13, 1e14, 1e15 };
	bool negative = s.p[0] == '-', point = false;
	size_t i = negative, digits = 0, decimals = 0;
	uint64_t v = 0;

	for (; i < s.n; i++) {
		unsigned d = (unsigned)(unsigned char)s.p[i] - '0';

		if (s.p[i] == '.' && !point && digits) {
			point = true;
			continue;
		}
		if (d > 9 || digits == 15)
			return false;
		v = v * 10 + d;
		digits++;
		decimals += point;
	}
	if (!digits)
		return false;
	*out = (negative ? -1.0 : 1.0) * ((double)v / pow10[decimals]);
	return true;
}

int num_double(struct span s, double *out)
{
	char buf[800], *end; /* 767 digits decide any double */
	size_t i;
	double v;

	if (!s.p || !s.n || s.n >= sizeof(buf))
		return -1;
	if (simple_double(s, out))
		return 0;
	for (i = 0; i < s.n; i++) /* no "inf", "nan", "0x", white space */
		if (!strchr("0123456789+-.eE", s.p[i]) || !s.p[i])
			return -1;
	memcpy(buf, s.p, s.n);
	buf[s.n] = '\0';
	v = strtod(buf, &end); /* nothing here calls setlocale() */
	if (end != buf + s.n || !isfinite(v))
		return -1;
	*out = v;
	return 0;
}

int num_size(struct span s, size_t *out)
{
	static const char units[] = "KMGT";
	double v, scale = 1;
	const char *u;

	if (!s.p || !s.n)
		return -1;
	if (s.n > 1 && (s.p[s.n - 1] == 'B' || s.p[s.n - 1] == 'b'))
		s.n--;
	u = strchr(units, s.p[s.n - 1] & ~0x20);
	if (u && *u) {
		scale = ldexp(1, 10 * (int)(u - units + 1));
		s.n--;
	}
	if (num_double(s, &v) || v < 0 || v * scale > 9e18)
		return -1;
	*out = (size_t)(v * scale);
	return 0;
}

/* Days since 1970-01-01 of a proleptic Gregorian date. */
static int64_t days_of(int64_t y, unsigned m, unsigned d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * ((int64_t)m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int num_date(struct span s, int64_t *days)
{
	static const unsigned length[] = { 31, 29, 31, 30, 31, 30,
					   31, 31, 30, 31, 30, 31 };
	uint64_t y, m, d;
	bool leap;

	if (!s.p || s.n < 10 || (s.p[4] != '-' && s.p[4] != '/') ||
	    s.p[7] != s.p[4] || num_u64((struct span){ s.p, 4 }, &y) ||
	    num_u64((struct span){ s.p + 5, 2 }, &m) ||
	    num_u64((struct span){ s.p + 8, 2 }, &d))
		return -1;
	leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
	if (m < 1 || m > 12 || d < 1 || d > length[m - 1] ||
	    (m == 2 && d == 29 && !leap))
		return -1;
	*days = days_of((int64_t)y, (unsigned)m, (unsigned)d);
	return 0;
}

int num_muladd(size_t a, size_t b, size_t c, size_t *out)
{
	size_t v;

	if (__builtin_mul_overflow(a, b, &v) ||
	    __builtin_add_overflow(v, c, &v))
		return -1;
	*out = v;
	return 0;
}
