/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/bootstrap.h"
#include "math/random.h"
#include "testing.h"

#include <math.h>

static const struct bootstrap usual = { 20000, 3 };

static void test_closed_form(void **state)
{
	/* Of three: with k drawn of the one that is different, the centred mean
	 * is 2/3 - 2k/3, and as far from 0 as 1/3 unless k is 1. */
	const double d[] = { 1, -1, 1 };

	(void)state;
	assert_float_equal(bootstrap_mean(d, 3), 1.0 / 3, 1e-15);
	assert_float_equal(bootstrap_p(&usual, d, 3), 5.0 / 9, 0.012);
}

static void test_ends(void **state)
{
	const double level[] = { 2, 2, 2 }, none[] = { 0, 0, 0 };
	const struct bootstrap few = { 99, 1 };
	double ends[2];

	(void)state;
	bootstrap_interval(&few, level, 3, ends);
	assert_float_equal(ends[0], 2, 0);
	assert_float_equal(ends[1], 2, 0);
	assert_float_equal(bootstrap_p(&few, level, 3), 0.01, 1e-15);
	assert_float_equal(bootstrap_p(&few, none, 3), 1, 0);
	assert_float_equal(bootstrap_p(&few, none, 0), 1, 0);
	assert_true(isnan(bootstrap_mean(level, 0)));
	bootstrap_interval(&few, level, 0, ends);
	assert_true(isnan(ends[0]) && isnan(ends[1]));
}

/* As wide as the normal law says, and as often right. */
static void test_normal(void **state)
{
	enum { N = 400, TIMES = 60 };
	const struct bootstrap b = { 400, 9 };
	double x[N], width = 0;
	int held = 0, met = 0;
	struct random r;

	(void)state;
	random_seed(&r, 1, 0);
	for (int t = 0; t < TIMES; t++) {
		double ends[2];

		for (int i = 0; i < N; i++)
			x[i] = random_normal(&r);
		bootstrap_interval(&b, x, N, ends);
		held += ends[0] <= 0 && ends[1] >= 0;
		met += bootstrap_p(&b, x, N) < 0.1;
		width += (ends[1] - ends[0]) / TIMES;
	}
	assert_float_equal(width, 2 * 1.96 / sqrt(N), 0.01);
	assert_in_range(held, 52, TIMES); /* of 60, 57 are expected */
	assert_in_range(met, 1, 13);      /* 6 */
}

static void test_same_again(void **state)
{
	const double x[] = { 1, 5, 2, 8, 3 };
	const struct bootstrap other = { 20000, 4 };
	double a[2], b[2];

	(void)state;
	bootstrap_interval(&usual, x, 5, a);
	bootstrap_interval(&usual, x, 5, b);
	assert_memory_equal(a, b, sizeof(a));
	assert_true(bootstrap_p(&usual, x, 5) < 0.05);
	bootstrap_interval(&other, x, 5, b);
	assert_float_equal(a[0], b[0], 0.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_closed_form),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_same_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
