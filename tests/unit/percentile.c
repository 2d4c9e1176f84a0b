/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/percentile.h"

#include <math.h>

#include "testing.h"

static bool is_value(float x)
{
	return x >= 0 && isfinite(x);
}

/* Against counting what is less, value by value. */
static void check(const float *column, size_t n, double min, double max)
{
	float lo, hi;
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += is_value(column[i]);
	assert_int_equal(percentile_range(column, n, min, max, &lo, &hi),
			 count);
	for (size_t i = 0; i < n; i++) {
		size_t less = 0;
		bool passes;

		for (size_t k = 0; k < n; k++)
			less += is_value(column[k]) && column[k] < column[i];
		passes = is_value(column[i]) &&
			 100.0 * (double)less >= min * (double)count &&
			 100.0 * (double)less <= max * (double)count;
		if (passes != (column[i] >= lo && column[i] <= hi))
			fail_msg("%g, %zu of %zu less, for %g to %g",
				 (double)column[i], less, count, min, max);
	}
}

static void test_range(void **state)
{
	static const double ends[] = { 0,  0.1, 1,  7,    12.5, 33.3,
				       50, 80,  98, 99.9, 100 };
	enum { ENDS = sizeof(ends) / sizeof(*ends), MOST = 101 };
	float column[MOST];
	uint64_t seed = 3;

	(void)state;
	for (int kind = 0; kind < 5; kind++)
		for (size_t n = 0; n <= MOST; n += n < 4 ? 1 : 97) {
			for (size_t i = 0; i < n; i++) {
				size_t x = rng_below(&seed, 1000);

				column[i] = kind == 0   ? (float)x / 1000
					    : kind == 1 ? (float)(x % 3)
					    : kind == 2 ? 0.25F
					    : kind == 3 ? NAN
							: (float)x - 500;
				if (kind != 3 && x % 7 == 0)
					column[i] = x % 2 ? NAN : -0.0F;
				else if (kind == 4 && x % 5 == 0)
					column[i] = x % 2 ? INFINITY : 1e-42F;
			}
			for (size_t a = 0; a < ENDS; a++)
				for (size_t b = a; b < ENDS; b++)
					check(column, n, ends[a], ends[b]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
