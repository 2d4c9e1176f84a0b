/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "base/num.h"

/* Nothing is written where a number is refused. */
static void refuses(void **state)
{
	static const char *const words[] = {
		"",      "+",      "-",     ".",   "x",     "0x10",
		" 1",    "1 ",     "1,5",   "--1", "+-1",   "1e",
		"e5",    "1e+",    "nan",   "inf", "-inf",  "infinity",
		"1e400", "-1e400", "1.2.3", "1-",  "1_000",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct span s = span_of(words[i]);
		uint64_t u = 77;
		int64_t n = 77;
		int v = 77;
		double d = 77;
		size_t z = 77;

		assert_int_equal(num_u64(s, &u), -1);
		assert_int_equal(num_i64(s, &n), -1);
		assert_int_equal(num_int(s, -99, 99, &v), -1);
		if (!num_double(s, &d))
			fail_msg("\"%s\" was taken for %g", words[i], d);
		if (!num_size(s, &z))
			fail_msg("\"%s\" was taken for %zu", words[i], z);
		assert_true(u == 77 && n == 77 && v == 77 && z == 77);
		assert_true(d >= 77 && d <= 77);
	}
	assert_int_equal(num_u64((struct span){ 0 }, &(uint64_t){ 0 }), -1);
	assert_int_equal(num_i64((struct span){ 0 }, &(int64_t){ 0 }), -1);
	assert_int_equal(num_double((struct span){ 0 }, &(double){ 0 }), -1);
	assert_int_equal(num_size((struct span){ 0 }, &(size_t){ 0 }), -1);
	assert_int_equal(num_double((struct span){ "1\0", 2 }, &(double){ 0 }),
			 -1);
}

static void whole_numbers(void **state)
{
	uint64_t u;
	int64_t n;
	int v;

	(void)state;
	assert_int_equal(num_u64(SPAN("18446744073709551615"), &u), 0);
	assert_true(u == UINT64_MAX);
	assert_int_equal(num_u64(SPAN("18446744073709551616"), &u), -1);
	assert_int_equal(num_u64(SPAN("99999999999999999999"), &u), -1);
	assert_int_equal(num_u64(SPAN("0000000000000000000000001"), &u), 0);
	assert_true(u == 1);
	assert_int_equal(num_u64(SPAN("-1"), &u), -1);
	assert_int_equal(num_i64(SPAN("-9223372036854775808"), &n), 0);
	assert_true(n == INT64_MIN);
	assert_int_equal(num_i64(SPAN("-9223372036854775809"), &n), -1);
	assert_int_equal(num_i64(SPAN("9223372036854775807"), &n), 0);
	assert_true(n == INT64_MAX);
	assert_int_equal(num_i64(SPAN("9223372036854775808"), &n), -1);
	assert_int_equal(num_i64(SPAN("+5"), &n), 0);
	assert_true(n == 5);
	assert_int_equal(num_i64(SPAN("1e5"), &n), -1);
	assert_int_equal(num_int(SPAN("10"), 1, 10, &v), 0);
	assert_int_equal(num_int(SPAN("11"), 1, 10, &v), -1);
	assert_int_equal(num_int(SPAN("0"), 1, 10, &v), -1);
	assert_int_equal(num_int(SPAN("4294967297"), 1, 10, &v), -1);
}

/* Against strtod, which rounds correctly in glibc. */
static void doubles_like_strtod(void **state)
{
	uint64_t rng = 1;
	char text[64];
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		double v, want;
		uint64_t bits = rng_next(&rng);

		switch (i % 4) {
		case 0:
			snprintf(text, sizeof(text), "%llu.%0*llu",
				 (unsigned long long)(bits % 100000),
				 (int)(1 + bits % 9),
				 (unsigned long long)(bits >> 40) % 10);
			break;
		case 1:
			snprintf(text, sizeof(text), "%.*f", (int)(bits % 12),
				 (double)(int64_t)rng_next(&rng) / 1e13);
			break;
		case 2:
			memcpy(&v, &bits, 8);
			if (!isfinite(v))
				continue;
			snprintf(text, sizeof(text), "%.17g", v);
			break;
		default:
			snprintf(text, sizeof(text), "%llu",
				 (unsigned long long)(bits >> bits % 60));
		}
		want = strtod(text, NULL);
		if (num_double(span_of(text), &v) || memcmp(&v, &want, 8))
			fail_msg("%s: %.17g is not %.17g", text, v, want);
	}
}

static void doubles(void **state)
{
	struct str s = { 0 };
	double v;

	(void)state;
	assert_int_equal(num_double(SPAN("1e5"), &v), 0);
	assert_true(v >= 1e5 && v <= 1e5);
	assert_int_equal(num_double(SPAN("-0"), &v), 0);
	assert_true(signbit(v));
	assert_int_equal(num_double(SPAN("1e-400"), &v), 0);
	assert_true(fabs(v) <= 0);
	/* JSON writers give as many digits as they like */
	str_puts(&s, "0.");
	while (s.n < 300)
		str_putc(&s, '3');
	assert_int_equal(num_double(span_str(&s), &v), 0);
	assert_true(fabs(v - 1.0 / 3) < 1e-16);
	str_release(&s);
}

static void sizes(void **state)
{
	static const struct {
		const char *text;
		size_t want;
	} good[] = {
		{ "0", 0 },
		{ "512", 512 },
		{ "64K", 65536 },
		{ "64k", 65536 },
		{ "64KB", 65536 },
		{ "1.5G", 1610612736 },
		{ "2T", (size_t)2 << 40 },
		{ "10b", 10 },
	};
	static const char *const bad[] = { "-1",  "K",  "B",     "1Q",
					   "1KK", "KB", "1e30T", "99999999999T",
					   "1 K" };
	size_t i, z;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(num_size(span_of(good[i].text), &z), 0);
		assert_int_equal(z, good[i].want);
	}
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (!num_size(span_of(bad[i]), &z))
			fail_msg("\"%s\" was taken for %zu", bad[i], z);
}

/* A second calendar: count the days one by one. */
static void dates(void **state)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30,
				      31, 31, 30, 31, 30, 31 };
	static const char *const bad[] = {
		"",           "2001",       "2001-13-01", "2001-00-01",
		"2001-01-00", "2001-01-32", "2001-02-29", "1900-02-29",
		"2001/01-01", "2001-+1-01", "2001-01-+1", "+200-01-01",
		"-001-01-01", "2001-1-1",   "01-01-2001", "2001 01 01",
	};
	int64_t days = 0, got;
	char text[32];
	int y, m, d;
	size_t i;

	(void)state;
	for (y = 1970; y < 2110; y++)
		for (m = 0; m < 12; m++) {
			int n = length[m];

			n += m == 1 && y % 4 == 0 && (y % 100 || y % 400 == 0);
			for (d = 1; d <= n; d++, days++) {
				snprintf(text, sizeof(text), "%04d-%02d-%02d",
					 y, m + 1, d);
				assert_int_equal(num_date(span_of(text), &got),
						 0);
				assert_int_equal(got, days);
			}
			snprintf(text, sizeof(text), "%04d-%02d-%02d", y, m + 1,
				 n + 1);
			assert_int_equal(num_date(span_of(text), &got), -1);
		}
	assert_int_equal(num_date(SPAN("1969/12/31 23:59:59 +0000"), &got), 0);
	assert_int_equal(got, -1);
	assert_int_equal(num_date(SPAN("0000-03-01T00:00:00Z"), &got), 0);
	assert_int_equal(got, -719468);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (!num_date(span_of(bad[i]), &got))
			fail_msg("\"%s\" was taken for a date", bad[i]);
}

static void muladd(void **state)
{
	size_t v = 5;

	(void)state;
	assert_int_equal(num_muladd(3, 4, 5, &v), 0);
	assert_int_equal(v, 17);
	assert_int_equal(num_muladd(SIZE_MAX, 1, 0, &v), 0);
	assert_true(v == SIZE_MAX);
	assert_int_equal(num_muladd(SIZE_MAX, 1, 1, &v), -1);
	assert_int_equal(num_muladd(SIZE_MAX / 2 + 1, 2, 0, &v), -1);
	assert_true(v == SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(doubles_like_strtod),
		cmocka_unit_test(doubles),
		cmocka_unit_test(sizes),
		cmocka_unit_test(dates),
		cmocka_unit_test(muladd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
