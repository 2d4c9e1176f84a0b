/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strata by the documented rule, Wilson's interval. */
#include "testing.h"

#include <math.h>

#include "corpus/filtereval.h"

static void test_stratum(void **state)
{
	(void)state;
	assert_int_equal(filtereval_stratum(SPAN("My PodCasts  "), 0),
			 FILTER_IN_WORDS);
	assert_int_equal(filtereval_stratum(SPAN("HÖRBUCH"), 0),
			 FILTER_IN_WORDS);
	assert_int_equal(
	    filtereval_stratum(SPAN("x y \"field recording\""), 1e7),
	    FILTER_IN_WORDS);
	assert_int_equal(filtereval_stratum(SPAN("Q&A"), 0), FILTER_IN_WORDS);
	assert_int_equal(filtereval_stratum(SPAN("song"), 900000), FILTER_REST);
	assert_int_equal(filtereval_stratum(SPAN("song"), 900001), FILTER_LONG);
	assert_int_equal(filtereval_stratum(SPAN(""), 0), FILTER_REST);
}

/* The bounds are where (p - x)^2 = z^2 x (1 - x) / n: the score test. */
static void test_wilson(void **state)
{
	const double z = 1.959963984540054;

	(void)state;
	for (int n = 1; n < 200; n += 7)
		for (int k = 0; k <= n; k++) {
			double p = (double)k / n, at[2];

			filtereval_wilson(p, n, &at[0], &at[1]);
			assert_true(at[0] <= p + 1e-12 && p <= at[1] + 1e-12);
			for (int i = 0; i < 2; i++) {
				double x = at[i], d = p - x;

				assert_true(fabs(d * d - z * z * x * (1 - x) /
							     n) < 1e-12);
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stratum),
		cmocka_unit_test(test_wilson),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
