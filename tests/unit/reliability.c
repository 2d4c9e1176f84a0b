/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/reliability.h"
#include "testing.h"

#include <math.h>

static void test_by_hand(void **state)
{
	struct reliability r = { 0 };

	(void)state;
	assert_true(isnan(reliability_error(&r)));
	reliability_add(&r, 0.82, true);
	reliability_add(&r, 0.88, false);
	reliability_add(&r, NAN, true);
	assert_float_equal(reliability_error(&r), 0.35, 1e-12);
	/* the ends, and what is beyond them */
	reliability_add(&r, 1, true);
	reliability_add(&r, 7, true);
	reliability_add(&r, -1, false);
	assert_int_equal(r.count, 5);
	assert_int_equal(r.bin[9].count, 2);
	assert_int_equal(r.bin[8].count, 2);
	assert_int_equal(r.bin[0].count, 1);
	assert_float_equal(reliability_error(&r), 0.7 / 5, 1e-12);
}

static void test_calibrated(void **state)
{
	struct reliability r = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		reliability_add(&r, 0.25, i < 25);
	assert_float_equal(reliability_error(&r), 0, 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_calibrated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
