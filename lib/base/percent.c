/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/percent.h"

static int hex(char c)
{
	return c >= '0' && c <= '9'                     ? c - '0'
	       : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
							: -1;
}

void percent_decode(struct span s, struct str *out)
{
	for (size_t i = 0; i < s.n; i++) {
		int hi = -1, lo = -1;

		if (s.p[i] == '%' && s.n - i > 2) {
			hi = hex(s.p[i + 1]);
			lo = hex(s.p[i + 2]);
		}
		if (hi >= 0 && lo >= 0 && hi + lo) {
			str_putc(out, (char)(hi << 4 | lo));
			i += 2;
		} else {
			str_putc(out, s.p[i]);
		}
	}
}

static bool is_unreserved(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

void percent_encode(struct span s, const char *plain, struct str *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_unreserved(c) || (c && strchr(plain, c)))
			str_putc(out, (char)c);
		else
			str_printf(out, "%%%02X", c);
	}
}
