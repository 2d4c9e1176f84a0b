/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/unicode.h"

#include <utf8proc.h>

static inline utf8proc_category_t category(uint32_t c)
{
	return utf8proc_category((utf8proc_int32_t)c);
}

bool unicode_is_space(uint32_t c)
{
	if (c < 0x80)
		return c == ' ' || (c >= '\t' && c <= '\r');
	if (c < 0x1680)
		return c == 0x85 || c == 0xa0;
	return c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	       c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool unicode_is_punctuation(uint32_t c)
{
	utf8proc_category_t k = category(c);

	return k >= UTF8PROC_CATEGORY_PC && k <= UTF8PROC_CATEGORY_PO;
}

bool unicode_is_letter(uint32_t c)
{
	utf8proc_category_t k = category(c);

	return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO;
}

bool unicode_is_number(uint32_t c)
{
	utf8proc_category_t k = category(c);

	return k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO;
}

bool unicode_is_mark(uint32_t c)
{
	utf8proc_category_t k = category(c);

	return k >= UTF8PROC_CATEGORY_MN && k <= UTF8PROC_CATEGORY_ME;
}

bool unicode_is_nonspacing(uint32_t c)
{
	return category(c) == UTF8PROC_CATEGORY_MN;
}

bool unicode_is_other(uint32_t c)
{
	utf8proc_category_t k = category(c);

	return k >= UTF8PROC_CATEGORY_CC;
}

bool unicode_is_word(uint32_t c)
{
	switch (category(c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_PC:
		return true;
	case UTF8PROC_CATEGORY_SO: /* circled and squared letters */
		return (c >= 0x24b6 && c <= 0x24e9) ||
		       (c >= 0x1f130 && c <= 0x1f149) ||
		       (c >= 0x1f150 && c <= 0x1f169) ||
		       (c >= 0x1f170 && c <= 0x1f189);
	default:
		return c == 0x200c || c == 0x200d;
	}
}

bool unicode_is_ideograph(uint32_t c)
{
	return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
	       (c >= 0x20000 && c <= 0x2a6df) ||
	       (c >= 0x2a700 && c <= 0x2b73f) ||
	       (c >= 0x2b740 && c <= 0x2b81f) ||
	       (c >= 0x2b920 && c <= 0x2ceaf) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0x2f800 && c <= 0x2fa1f);
}

size_t unicode_lower(uint32_t c, uint32_t out[UNICODE_LOWER_MAX])
{
	if (c < 0x80) {
		out[0] = c >= 'A' && c <= 'Z' ? c + 32 : c;
		return 1;
	}
	if (c == 0x130) { /* the one of SpecialCasing.txt without a condition */
		out[0] = 'i';
		out[1] = 0x307;
		return 2;
	}
	out[0] = (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
	return 1;
}

size_t unicode_decompose(uint32_t c, bool compat,
			 uint32_t out[UNICODE_DECOMPOSED_MAX])
{
	const utf8proc_option_t how =
	    UTF8PROC_DECOMPOSE | (compat ? UTF8PROC_COMPAT : 0);
	utf8proc_int32_t codes[UNICODE_DECOMPOSED_MAX];
	utf8proc_ssize_t n;
	int boundary = 0;

	out[0] = c;
	if (c < 0xa0 || (c < 0xc0 && !compat))
		return 1;
	n = utf8proc_decompose_char((utf8proc_int32_t)c, codes,
				    UNICODE_DECOMPOSED_MAX, how, &boundary);
	if (n < 1 || n > UNICODE_DECOMPOSED_MAX)
		return 1;
	for (utf8proc_ssize_t i = 0; i < n; i++)
		out[i] = (uint32_t)codes[i];
	return (size_t)n;
}

unsigned unicode_combining_class(uint32_t c)
{
	return c < 0x300 ? 0
			 : (unsigned)utf8proc_get_property((utf8proc_int32_t)c)
			       ->combining_class;
}

uint32_t unicode_compose(uint32_t a, uint32_t b)
{
	utf8proc_int32_t pair[2] = { (utf8proc_int32_t)a, (utf8proc_int32_t)b };

	if (b < 0x300)
		return 0;
	if (utf8proc_normalize_utf32(pair, 2,
				     UTF8PROC_COMPOSE | UTF8PROC_STABLE) != 1)
		return 0;
	return (uint32_t)pair[0];
}

bool unicode_grapheme_ends(uint32_t a, uint32_t b, int32_t *state)
{
	return utf8proc_grapheme_break_stateful((utf8proc_int32_t)a,
						(utf8proc_int32_t)b, state);
}
