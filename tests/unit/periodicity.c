/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "audio/periodicity.h"

#define RATE 40.0
#define FRAMES 1200

/* A sine: its autocorrelation is a cosine, its amplitude sqrt(2) / 2 after it
 * is brought to variance 1, elsewhere hardly anything. */
static void test_sine(void **state)
{
	struct periodicity *p = periodicity_new();
	float x[FRAMES];

	(void)state;
	for (int i = 0; i < FRAMES; i++)
		x[i] = (float)(3 + 0.01 * sin(2 * M_PI * 2 * i / RATE));
	periodicity_measure(p, x, FRAMES, RATE);
	for (int k = 0; k < 4 * RATE; k++)
		assert_true(fabs(periodicity_lag(p, k / RATE) -
				 cos(2 * M_PI * 2 * k / RATE)) < 0.02);
	assert_true(fabs(periodicity_amplitude(p, 2) - sqrt(0.5)) < 0.01);
	assert_true(periodicity_amplitude(p, 3) < 0.05);
	assert_true(periodicity_amplitude(p, 1) < 0.05);
	assert_true(fabs(periodicity_longest(p) - 7) < 2 / RATE);
	assert_true(periodicity_lag(p, 7.1) == 0);
	periodicity_free(p);
}

/* The autocorrelation against its definition, on noise of one window. */
static void test_definition(void **state)
{
	struct periodicity *p = periodicity_new();
	float x[200];
	double mean = 0, var = 0;
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 200; i++) {
		seed = seed * 1664525 + 1013904223;
		x[i] = (float)(seed >> 8) / (1 << 24);
		mean += x[i] / 200;
	}
	for (int i = 0; i < 200; i++)
		var += (x[i] - mean) * (x[i] - mean) / 200;
	periodicity_measure(p, x, 200, RATE);
	for (int k = 0; k < 149; k++) {
		double sum = 0;

		for (int i = k; i < 200; i++)
			sum += (x[i] - mean) * (x[i - k] - mean);
		sum /= var * (200 - k);
		assert_true(fabs(periodicity_lag(p, k / RATE) - sum) < 1e-4);
	}
	periodicity_free(p);
}

static void test_nothing(void **state)
{
	struct periodicity *p = periodicity_new();
	float x[FRAMES];

	(void)state;
	for (int i = 0; i < FRAMES; i++)
		x[i] = 1;
	periodicity_measure(p, x, FRAMES, RATE);
	assert_true(periodicity_lag(p, 1) == 0);
	assert_true(periodicity_amplitude(p, 1) == 0);
	periodicity_measure(p, x, 0, RATE);
	assert_true(periodicity_longest(p) == 0);
	assert_true(periodicity_lag(p, 0) == 0);
	periodicity_measure(p, x, 1, RATE);
	assert_true(periodicity_lag(p, 0) == 0);
	periodicity_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sine),
		cmocka_unit_test(test_definition),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
