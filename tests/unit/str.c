/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "base/num.h"

static void spans(void **state)
{
	(void)state;
	assert_true(span_eq(SPAN("ab"), SPAN("ab")));
	assert_false(span_eq(SPAN("ab"), SPAN("ac")));
	assert_false(span_eq(SPAN("ab"), SPAN("abc")));
	assert_true(span_eq((struct span){ 0 }, SPAN("")));
	assert_true(span_is(SPAN("ab"), "ab"));
	assert_false(span_is((struct span){ 0 }, ""));
	assert_true(span_ieq(SPAN("aB"), "Ab"));
	assert_false(span_ieq(SPAN("a"), "ab"));
	assert_true(span_cmp(SPAN("a"), SPAN("ab")) < 0);
	assert_true(span_cmp(SPAN("b"), SPAN("ab")) > 0);
	assert_true(span_cmp(SPAN("\xff"), SPAN("a")) > 0);
	assert_int_equal(span_cmp((struct span){ 0 }, SPAN("")), 0);
	test_span_is(span_trim(SPAN(" \t\n a b \r\n")), "a b");
	test_span_is(span_trim(SPAN(" \t ")), "");
}

static void grows(void **state)
{
	struct str s = { 0 };
	size_t i;

	(void)state;
	assert_string_equal(str_z(&s), "");
	for (i = 0; i < 100000; i++) {
		str_putc(&s, (char)('a' + i % 26));
		assert_int_equal(s.p[s.n], 0);
	}
	for (i = 0; i < 100000; i++)
		assert_int_equal(s.p[i], 'a' + i % 26);
	str_reset(&s);
	assert_string_equal(str_z(&s), "");
	str_printf(&s, "%s-%d", "x", 5);
	str_puts(&s, "");
	str_put(&s, NULL, 0);
	test_span_is(span_str(&s), "x-5");
	str_release(&s);
	assert_null(s.p);
	assert_non_null(span_str(&s).p);
}

static void integers(void **state)
{
	struct str s = { 0 };

	(void)state;
	str_i64(&s, INT64_MIN);
	str_putc(&s, ' ');
	str_i64(&s, INT64_MAX);
	str_putc(&s, ' ');
	str_u64(&s, UINT64_MAX);
	str_putc(&s, ' ');
	str_u64(&s, 0);
	test_span_is(span_str(&s), "-9223372036854775808 9223372036854775807 "
				   "18446744073709551615 0");
	str_release(&s);
}

static void fixed(void **state)
{
	static const struct {
		double v;
		int decimals;
		const char *want;
	} cases[] = {
		{ 0, 0, "0" },
		{ 0, 9, "0" },
		{ -0.0, 3, "0" },
		{ -0.0004, 3, "0" },
		{ 1.5, 0, "2" },
		{ 2.5, 0, "2" },
		{ 1.25, 1, "1.2" },
		{ 0.1, 9, "0.1" },
		{ 100, 3, "100" },
		{ -12.3456, 2, "-12.35" },
		{ 0.06, 1, "0.1" },
		{ 999999.9999, 3, "1000000" },
		{ 0.001, 3, "0.001" },
		{ 1e20, 3, "1e+20" },
		{ -1e15, 0, "-1000000000000000" },
	};
	struct str s = { 0 };
	uint64_t rng = 4;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		str_reset(&s);
		str_fixed(&s, cases[i].v, cases[i].decimals);
		test_span_is(span_str(&s), cases[i].want);
	}
	for (i = 0; i < 100000; i++) { /* the nearest, to half a digit */
		int decimals = (int)rng_below(&rng, 10);
		double v = (double)(int64_t)rng_next(&rng) /
			   pow(10, (double)rng_below(&rng, 25)),
		       back;

		str_reset(&s);
		str_fixed(&s, v, decimals);
		assert_int_equal(num_double(span_str(&s), &back), 0);
		if (fabs(back - v) >
		    0.5000001 * pow(10, -decimals) + 1e-15 * fabs(v))
			fail_msg("%.17g at %d: %s", v, decimals, str_z(&s));
	}
	str_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans),
		cmocka_unit_test(grows),
		cmocka_unit_test(integers),
		cmocka_unit_test(fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
