/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "text/unicode.h"

static void test_classes(void **state)
{
	(void)state;
	assert_true(unicode_is_space(' ') && unicode_is_space(0x85) &&
		    unicode_is_space(0x3000) && unicode_is_space(0x2028));
	assert_false(unicode_is_space(0x200b) || unicode_is_space('a'));
	assert_true(unicode_is_punctuation('-') &&
		    unicode_is_punctuation(0x2026));
	assert_false(unicode_is_punctuation('$')); /* a symbol */
	assert_true(unicode_is_letter(0xe9) && unicode_is_letter(0x4e2d));
	assert_true(unicode_is_number(0xb2) && unicode_is_number(0x661));
	assert_true(unicode_is_mark(0x903) && unicode_is_nonspacing(0x301));
	assert_false(unicode_is_nonspacing(0x903)); /* Mc */
	assert_true(unicode_is_other(0xad) && unicode_is_other(0xe000) &&
		    unicode_is_other(5));
	assert_false(unicode_is_other(0x378)); /* not assigned */
	assert_true(unicode_is_word('_') && unicode_is_word(0x200d) &&
		    unicode_is_word(0x2167) && unicode_is_word(0x24b6));
	assert_false(unicode_is_word(0xb2) || unicode_is_word('-'));
	assert_true(unicode_is_ideograph(0x4e00) &&
		    unicode_is_ideograph(0x2b920));
	assert_false(unicode_is_ideograph(0x3042));
}

static void test_lower(void **state)
{
	uint32_t out[UNICODE_LOWER_MAX];

	(void)state;
	assert_int_equal(unicode_lower('A', out), 1);
	assert_int_equal(out[0], 'a');
	assert_int_equal(unicode_lower(0x130, out), 2);
	assert_int_equal(out[0], 'i');
	assert_int_equal(out[1], 0x307);
	assert_int_equal(unicode_lower(0x1e9e, out), 1);
	assert_int_equal(out[0], 0xdf);
	assert_int_equal(unicode_lower(0x3a3, out), 1);
	assert_int_equal(out[0], 0x3c3);
}

static void test_forms(void **state)
{
	uint32_t out[UNICODE_DECOMPOSED_MAX];
	size_t longest = 0;

	(void)state;
	assert_int_equal(unicode_decompose(0xe9, false, out), 2);
	assert_int_equal(out[1], 0x301);
	assert_int_equal(unicode_decompose(0xfb01, false, out), 1);
	assert_int_equal(unicode_decompose(0xfb01, true, out), 2);
	assert_int_equal(unicode_decompose(0xac01, false, out), 3);
	assert_int_equal(unicode_decompose(0xfdfa, true, out), 18);
	assert_int_equal(unicode_compose('e', 0x301), 0xe9);
	assert_int_equal(unicode_compose(0x1100, 0x1161), 0xac00);
	assert_int_equal(unicode_compose(0xac00, 0x11a8), 0xac01);
	assert_int_equal(unicode_compose(0x915, 0x93c), 0); /* excluded */
	assert_int_equal(unicode_compose('e', 'e'), 0);
	assert_int_equal(unicode_combining_class(0x301), 230);
	assert_int_equal(unicode_combining_class('e'), 0);
	/* What a pair makes decomposes to it. */
	for (uint32_t c = 0; c < 0x110000; c++) {
		size_t n = unicode_decompose(c, false, out);
		uint32_t both = n == 2 ? unicode_compose(out[0], out[1]) : 0;

		if (c >= 0xd800 && c < 0xe000)
			continue;
		if (both) {
			uint32_t again[UNICODE_DECOMPOSED_MAX];

			assert_int_equal(unicode_decompose(both, false, again),
					 2);
			assert_memory_equal(again, out, 2 * sizeof(*out));
		}
		n = unicode_decompose(c, true, out);
		longest = n > longest ? n : longest;
	}
	assert_int_equal(longest, UNICODE_DECOMPOSED_MAX);
}

static void test_graphemes(void **state)
{
	int32_t s = 0;

	(void)state;
	assert_false(unicode_grapheme_ends('\r', '\n', &s));
	s = 0;
	assert_false(unicode_grapheme_ends('e', 0x301, &s));
	assert_true(unicode_grapheme_ends(0x301, 'e', &s));
	s = 0; /* two flags, of two letters each */
	assert_false(unicode_grapheme_ends(0x1f1e9, 0x1f1ea, &s));
	assert_true(unicode_grapheme_ends(0x1f1ea, 0x1f1eb, &s));
	assert_false(unicode_grapheme_ends(0x1f1eb, 0x1f1f7, &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_lower),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_graphemes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
