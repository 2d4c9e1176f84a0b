/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first. */
#include <cmocka.h>
#include <stdlib.h>

#include "text/utf8.h"

#define R "\xEF\xBF\xBD"

static void test_valid(void **state)
{
	static const char *const good[] = { "",
					    "abc",
					    "\xC2\x80",
					    "\xDF\xBF",
					    "\xE0\xA0\x80",
					    "\xED\x9F\xBF",
					    "\xEE\x80\x80",
					    "\xEF\xBF\xBF",
					    "\xF0\x90\x80\x80",
					    "\xF4\x8F\xBF\xBF" };
	static const char *const bad[] = { "\x80",
					   "\xBF",
					   "\xC0\x80",
					   "\xC1\xBF",
					   "\xC2",
					   ("\xC2"
					    "a"),
					   "\xE0\x9F\xBF",
					   "\xED\xA0\x80",
					   "\xE2\x82",
					   "\xF0\x8F\xBF\xBF",
					   "\xF4\x90\x80\x80",
					   "\xF5",
					   "\xFE",
					   "\xFF",
					   "abcdefgh\xFFijklmnop" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(utf8_valid(span_of(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(utf8_valid(span_of(bad[i])));
	assert_true(utf8_valid((struct span){ "a\0b", 3 }));
}

/* Every code point survives put, valid and next. */
static void test_all_code_points(void **state)
{
	struct str s = { 0 };

	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++) {
		uint32_t back = 1;
		const char *end;

		if (c >= 0xD800 && c < 0xE000)
			continue;
		str_reset(&s);
		utf8_put(&s, c);
		end = utf8_next(s.p, s.p + s.n, &back);
		if (back != c || end != s.p + s.n || !utf8_valid(span_str(&s)))
			fail_msg("U+%04X", c);
	}
	str_reset(&s);
	utf8_put(&s, 0xD800);
	utf8_put(&s, 0x110000);
	assert_string_equal(s.p, R R);
	str_release(&s);
}

static void clean_is(const char *bytes, const char *want, size_t replaced)
{
	struct str s = { 0 };

	assert_int_equal(utf8_clean(span_of(bytes), &s), replaced);
	assert_string_equal(str_z(&s), want);
	str_release(&s);
}

static void test_clean(void **state)
{
	(void)state;
	clean_is("", "", 0);
	clean_is("caf\xC3\xA9", "caf\xC3\xA9", 0);
	clean_is("caf\xE9", "caf" R, 1);
	clean_is("\xE9t\xE9", R "t" R, 2);
	/* The table in Unicode 3.9 on maximal subparts. */
	clean_is("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64",
		 "a" R R R "b" R "c" R R "d", 6);
	clean_is("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", R R R R R R R R "A",
		 8);
	clean_is("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", R R R R R R R R "A",
		 8);
}

/* Random bytes: the outcome is valid, and cleaning it again changes nothing. */
static void test_clean_random(void **state)
{
	struct str a = { 0 }, b = { 0 };
	unsigned seed = 3;
	char bytes[40];

	(void)state;
	for (int i = 0; i < 100000; i++) {
		size_t n = (size_t)rand_r(&seed) % sizeof(bytes);
		for (size_t k = 0; k < n; k++)
			bytes[k] = (char)(rand_r(&seed) >> 3 |
					  (rand_r(&seed) >> 5 & 0x80));
		str_reset(&a);
		str_reset(&b);
		utf8_clean((struct span){ bytes, n }, &a);
		assert_true(utf8_valid(span_str(&a)));
		assert_int_equal(utf8_clean(span_str(&a), &b), 0);
		assert_true(span_eq(span_str(&a), span_str(&b)));
	}
	str_release(&a);
	str_release(&b);
}

static void test_fold(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "", "" },
		{ "Hello, World [42]!", "hello, world [42]!" },
		{ "BJ\xC3\x96RK", "bjork" },
		{ "Bjo\xCC\x88rk", "bjork" },
		{ "Stra\xC3\x9F"
		  "e",
		  "strasse" },
		{ "\xEF\xBC\xA1\xEF\xBC\xA2\xEF\xBC\xA3", "abc" },
		{ "\xEF\xAC\x81ne", "fine" },
		{ "\xC3\x98 \xC5\x81 \xC3\x86 \xC5\x92", "o l ae oe" },
		{ "Don\xE2\x80\x99t \xE2\x80\x9Cgo\xE2\x80\x9D \xE2\x80\x93 no",
		  "don't \"go\" - no" },
		{ "a\xC2\xA0"
		  "b\xC2\xAD"
		  "c",
		  "a bc" },
		{ "\xD0\x81\xD0\x96", "\xD0\xB5\xD0\xB6" }, /* Cyrillic */
		{ "\xE3\x82\xAC", "\xE3\x82\xAC" },
		{ "\xED\x95\x9C\xEA\xB5\xAD", "\xED\x95\x9C\xEA\xB5\xAD" },
		{ "\xE0\xB8\xAA\xE0\xB8\xB1", "\xE0\xB8\xAA\xE0\xB8\xB1" },
		{ "x\xFFy", "x" R "y" },
	};
	struct str s = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		str_reset(&s);
		utf8_fold(span_of(cases[i].from), &s);
		assert_string_equal(str_z(&s), cases[i].to);
	}
	str_release(&s);
}

static void test_fold_name(void **state)
{
	struct str s = { 0 };

	(void)state;
	str_puts(&s, "x");
	utf8_fold_name(span_of(" \t The\u00a0 Caf\u00e9\n "), &s);
	assert_string_equal(str_z(&s), "xthe cafe");
	str_reset(&s);
	utf8_fold_name(span_of("  "), &s);
	assert_int_equal(s.n, 0);
	utf8_fold_name(span_of(""), &s);
	assert_int_equal(s.n, 0);
	str_release(&s);
}

/* Folding twice is folding once; ASCII folds alike in any company. */
static void test_fold_all(void **state)
{
	struct str from = { 0 }, once = { 0 }, twice = { 0 };

	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++) {
		if (c >= 0xD800 && c < 0xE000)
			continue;
		str_reset(&from);
		str_reset(&once);
		str_reset(&twice);
		utf8_put(&from, c);
		utf8_fold(span_str(&from), &once);
		utf8_fold(span_str(&once), &twice);
		if (!utf8_valid(span_str(&once)) ||
		    !span_eq(span_str(&once), span_str(&twice)))
			fail_msg("U+%04X", c);
	}
	for (uint32_t c = 0; c < 0x80; c++) {
		str_reset(&from);
		str_reset(&once);
		str_reset(&twice);
		utf8_put(&from, c);
		utf8_fold(span_str(&from), &once);
		str_puts(&once, "e");
		str_puts(&from, "\xC3\xA9");
		utf8_fold(span_str(&from), &twice);
		if (!span_eq(span_str(&once), span_str(&twice)))
			fail_msg("U+%04X alone and before U+00E9", c);
	}
	str_release(&from);
	str_release(&once);
	str_release(&twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_all_code_points),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_clean_random),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_fold_name),
		cmocka_unit_test(test_fold_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
