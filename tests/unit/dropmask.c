/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dropout by hashes: how much, how independent, always the same. */
#include "testing.h"

#include <math.h>

#include "encoder/dropmask.h"

enum { N = 1003, ROWS = 200 };

static void ones(float *x)
{
	for (int i = 0; i < N; i++)
		x[i] = 1;
}

static void share(void **state)
{
	static const float probabilities[] = { 0.05f, 0.1f, 0.5f, 0.9f };

	(void)state;
	for (int k = 0; k < 4; k++) {
		struct dropmask d = dropmask_of(probabilities[k], 3, 9);
		float x[N], keep = 1 - probabilities[k];
		double kept = 0;

		for (uint64_t row = 0; row < ROWS; row++) {
			ones(x);
			dropmask_row(&d, row, x, x, N);
			for (int i = 0; i < N; i++) {
				assert_true(!x[i] ||
					    fabsf(x[i] * keep - 1) < 1e-4f);
				kept += x[i] != 0;
			}
		}
		kept /= (double)N * ROWS;
		/* five deviations */
		assert_true(fabs(kept - (double)keep) <
			    5 * sqrt(0.25 / ((double)N * ROWS)));
	}
}

/* Agreement of two masks of one half is a half, too. */
static double agreement(const struct dropmask *a, const struct dropmask *b,
			uint64_t apart, size_t shift)
{
	double same = 0;

	for (uint64_t row = 0; row < ROWS; row++) {
		float x[N], y[N];

		ones(x);
		ones(y);
		dropmask_row(a, row, x, x, N);
		dropmask_row(b, row + apart, y, y, N);
		for (size_t i = 0; i + shift < N; i++)
			same += (x[i] != 0) == (y[i + shift] != 0);
	}
	return same / ((double)(N - shift) * ROWS);
}

static void independent(void **state)
{
	struct dropmask a = dropmask_of(0.5f, 3, 9);
	struct dropmask place = dropmask_of(0.5f, 3, 10);
	struct dropmask seed = dropmask_of(0.5f, 4, 9);

	(void)state;
	assert_true(agreement(&a, &a, 0, 0) == 1);
	assert_true(fabs(agreement(&a, &a, 1, 0) - 0.5) < 0.006);
	assert_true(fabs(agreement(&a, &a, 12, 0) - 0.5) < 0.006);
	assert_true(fabs(agreement(&a, &a, 0, 1) - 0.5) < 0.006);
	assert_true(fabs(agreement(&a, &a, 0, 64) - 0.5) < 0.006);
	assert_true(fabs(agreement(&a, &place, 0, 0) - 0.5) < 0.006);
	assert_true(fabs(agreement(&a, &seed, 0, 0) - 0.5) < 0.006);
}

static void added(void **state)
{
	struct dropmask d = dropmask_of(0.3f, 1, 2), none = { 0 };
	float x[N], y[N], z[N];

	(void)state;
	for (int i = 0; i < N; i++)
		x[i] = (float)i;
	for (size_t n = 0; n < 40; n++) {
		for (int i = 0; i < N; i++)
			z[i] = 1;
		dropmask_row(&d, 5, x, y, n);
		dropmask_add(&d, 5, x, z, n);
		for (size_t i = 0; i < n; i++)
			assert_true(z[i] == y[i] + 1);
		assert_true(z[n] == 1);
	}
	dropmask_row(&none, 5, x, y, N);
	assert_memory_equal(x, y, sizeof(x));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(share),
		cmocka_unit_test(independent),
		cmocka_unit_test(added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
