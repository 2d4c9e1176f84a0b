/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <float.h>
#include <math.h>

#include "math/lanes.h"

/* Sums of small integers are exact in any order. */
static void test_sums(void **state)
{
	lanes v[LANES], zero = { 0 };

	(void)state;
	for (int i = 0; i < LANES; i++) {
		v[i] = zero;
		for (int k = 0; k < LANES; k++)
			v[i][k] = (float)(100 * i + k * k - 3 * k);
	}
	for (int i = 0; i < LANES; i++)
		assert_true(lanes_sum(&v[i]) == (float)(800 * i + 56));
	lanes_sums(v);
	for (int i = 0; i < LANES; i++)
		assert_true(v[0][i] == (float)(800 * i + 56));
}

static void test_maximum(void **state)
{
	lanes x = { -1, 2, 0, INFINITY, 5, -7, 1e-30f, 3 };
	const lanes y = { 0, 1, 0, 1, 6, -8, 0, 3 };

	(void)state;
	lanes_maximum(&x, &y);
	for (int i = 0; i < LANES; i++) {
		static const float want[] = { 0, 2,  0,      INFINITY,
					      6, -7, 1e-30f, 3 };

		assert_true(x[i] == want[i]);
	}
}

/* All powers of two and 64 steps between, from the smallest that is normal. */
static void test_db(void **state)
{
	(void)state;
	for (double p = FLT_MIN; p < FLT_MAX; p *= pow(2, LANES / 64.0)) {
		lanes x = { 0 }, db;

		for (int i = 0; i < LANES; i++) {
			double here = p * pow(2, i / 64.0);

			x[i] = here < FLT_MAX ? (float)here : FLT_MAX;
		}
		lanes_db(&x, &db);
		for (int i = 0; i < LANES; i++) {
			double want = 10 * log10((double)x[i]);

			assert_true(fabs(db[i] - want) <=
				    fmax(4e-6, 1e-6 * fabs(want)));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_maximum),
		cmocka_unit_test(test_db),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
