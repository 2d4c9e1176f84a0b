/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/base64.h"

static int digit_of(char c, enum base64_alphabet alphabet)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (alphabet == BASE64_URL)
		return c == '-' ? 62 : c == '_' ? 63 : -1;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int base64_decode(struct span s, enum base64_alphabet alphabet, struct str *out)
{
	uint32_t bits = 0;
	unsigned held = 0;

	while (alphabet == BASE64_STANDARD && s.n && s.p[s.n - 1] == '=')
		s.n--;
	str_reserve(out, s.n / 4 * 3 + 3);
	for (size_t i = 0; i < s.n; i++) {
		int digit = digit_of(s.p[i], alphabet);

		if (digit < 0)
			return -1;
		bits = bits << 6 | (uint32_t)digit;
		held += 6;
		if (held >= 8) {
			held -= 8;
			str_putc(out, (char)(bits >> held));
		}
	}
	return held < 6 ? 0 : -1;
}

void base64_encode(struct span bytes, struct str *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				     "pqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)bytes.p;

	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t left = bytes.n - i;
		unsigned v = (unsigned)p[i] << 16;

		v |= left > 1 ? (unsigned)p[i + 1] << 8 : 0;
		v |= left > 2 ? (unsigned)p[i + 2] : 0;
		str_putc(out, digits[v >> 18]);
		str_putc(out, digits[v >> 12 & 63]);
		str_putc(out, left > 1 ? digits[v >> 6 & 63] : '=');
		str_putc(out, left > 2 ? digits[v & 63] : '=');
	}
}
