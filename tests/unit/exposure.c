/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/exposure.h"
#include "testing.h"

#include <math.h>

static void show(struct exposure *e, const char *ids)
{
	for (; *ids; ids++)
		exposure_add(e, (struct span){ ids, 1 });
}

static void test_closed_forms(void **state)
{
	struct exposure e = { 0 };

	(void)state;
	assert_true(isnan(exposure_gini(&e, 10)));
	assert_float_equal(exposure_coverage(&e, 10), 0, 0);
	show(&e, "aaaa");
	/* one of n: 1 - 1 / n */
	assert_float_equal(exposure_gini(&e, 10), 0.9, 1e-12);
	assert_float_equal(exposure_gini(&e, 1), 0, 1e-12);
	assert_float_equal(exposure_coverage(&e, 10), 0.1, 1e-12);
	assert_true(isnan(exposure_coverage(&e, 0)));
	show(&e, "bbbbcccc");
	assert_float_equal(exposure_gini(&e, 3), 0, 1e-12);
	/* more shown than the catalogue has: of those shown */
	assert_float_equal(exposure_gini(&e, 2), 0, 1e-12);
	assert_float_equal(exposure_coverage(&e, 2), 1, 0);
	exposure_release(&e);
}

/* Half the mean difference of all pairs, by the mean. */
static void test_pairs(void **state)
{
	const int times[] = { 0, 0, 1, 2, 3, 7, 7 };
	struct exposure e = { 0 };
	double sum = 0;

	(void)state;
	for (int i = 0; i < 7; i++)
		for (int j = 0; j < 7; j++)
			sum += abs(times[i] - times[j]);
	for (int i = 0; i < 7; i++)
		for (int j = 0; j < times[i]; j++)
			exposure_add(&e, (struct span){ &"abcdefg"[i], 1 });
	assert_float_equal(exposure_gini(&e, 7), sum / (2 * 7 * 20.0), 1e-12);
	exposure_release(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_closed_forms),
		cmocka_unit_test(test_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
