/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/matchcurve.h"
#include "testing.h"

#include <math.h>

static void test_curve(void **state)
{
	struct matchcurve m;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(matchcurve_parse(&m,
					  SPAN("# worth\n\n0.2\t10\n0.6\t50\n"
					       "0.8\t50\n1\t100"),
					  "t", &err),
			 0);
	assert_float_equal(matchcurve_at(&m, 0), 10, 1e-5);
	assert_float_equal(matchcurve_at(&m, 0.2f), 10, 1e-5);
	assert_float_equal(matchcurve_at(&m, 0.3f), 20, 1e-5);
	assert_float_equal(matchcurve_at(&m, 0.7f), 50, 1e-5);
	assert_float_equal(matchcurve_at(&m, 0.9f), 75, 1e-4);
	assert_float_equal(matchcurve_at(&m, 1), 100, 1e-5);
	assert_float_equal(matchcurve_at(&m, 2), 100, 1e-5);
	matchcurve_release(&m);
}

static void test_shipped(void **state)
{
	struct matchcurve m;
	struct err err = { 0 };
	float before = 0;

	(void)state;
	assert_int_equal(matchcurve_load(&m, &err), 0);
	for (int i = 0; i <= 1000; i++) {
		float v = matchcurve_at(&m, (float)i / 1000);

		assert_true(v >= before && v <= 100);
		before = v;
	}
	assert_float_equal(before, 100, 1e-5);
	matchcurve_release(&m);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"0.1\t10\n",           /* no line between one point */
		"0.1\t10\n0.1\t20\n",  /* scores do not rise */
		"0.1\t10\n0.2\t9\n",   /* match falls */
		"0.1\t10\n1.2\t20\n",  /* no score */
		"0.1\t10\n0.2\t101\n", /* no percentage */
		"0.1\t10\nx\t20\n",
		"0.1\t10\n0.2\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct matchcurve m;
		struct err err = { 0 };

		assert_int_equal(
		    matchcurve_parse(&m, span_of(bad[i]), "t", &err), -1);
		assert_int_equal(err.status, ERR_DATA);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_curve),
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
