/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/resample.h"
#include "audio/summary.h"

static struct samples convert(double rate, double hz, size_t n, size_t block)
{
	struct resample *r = resample_new(rate, RESAMPLE_RATE, NULL);
	struct samples out = { 0 };
	float *x = calloc(n, sizeof(*x));

	for (size_t i = 0; i < n; i++)
		x[i] = (float)(0.5 * sin(2 * M_PI * hz * (double)i / rate));
	for (size_t at = 0; at < n; at += block)
		assert_int_equal(resample_add(r, x + at,
					      n - at < block ? n - at : block,
					      &out, NULL),
				 0);
	assert_int_equal(resample_add(r, NULL, 0, &out, NULL), 0);
	resample_free(r);
	free(x);
	return out;
}

/* Length and waveform are kept, at any rate and whatever the blocks. */
static void test_rates(void **state)
{
	static const int rates[] = { 8000,  11025, 22050,  32000, 44100,
				     48000, 96000, 192000, 44101 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		size_t n = (size_t)rates[i] * 2;
		struct samples a = convert(rates[i], 1000, n, 4096);
		struct samples b = convert(rates[i], 1000, n, 333);

		assert_in_range(a.count, 2 * RESAMPLE_RATE - 2,
				2 * RESAMPLE_RATE + 2);
		assert_int_equal(a.count, b.count);
		for (size_t k = 2000; k + 2000 < a.count; k++) {
			double want = 0.5 * sin(2 * M_PI * 1000 * (double)k /
						RESAMPLE_RATE);

			assert_true(fabs(a.v[k] - want) < 1e-3);
			assert_true(fabs(a.v[k] - b.v[k]) < 1e-6);
		}
		free(a.v);
		free(b.v);
	}
}

/* What lies above half the new rate is gone, not folded. */
static void test_alias(void **state)
{
	struct samples a = convert(48000, 15000, 96000, 4096);

	(void)state;
	for (size_t k = 2000; k + 2000 < a.count; k++)
		assert_true(fabs(a.v[k]) < 1e-4);
	free(a.v);
}

static void test_summary(void **state)
{
	float v[] = { 4, 1, 3, 2, 10 }, one[] = { 7 }, w[5];
	double s[SUMMARY_COUNT];

	(void)state;
	summary_of(v, 5, w, s);
	assert_true(s[SUMMARY_MEAN] == 4 && s[SUMMARY_MEDIAN] == 3);
	assert_true(fabs(s[SUMMARY_STD] - sqrt(10)) < 1e-12);
	assert_true(s[SUMMARY_MIN] == 1 && s[SUMMARY_MAX] == 10);
	assert_true(s[SUMMARY_Q25] == 2 && s[SUMMARY_Q75] == 4);
	summary_of(v, 4, w, s); /* 1 2 3 4, sorted by now */
	assert_true(s[SUMMARY_Q25] == 1.75 && s[SUMMARY_MEDIAN] == 2.5);
	summary_of(one, 1, w, s);
	assert_true(s[SUMMARY_STD] == 0 && s[SUMMARY_Q75] == 7);
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

/* In order after it, whatever the signs and sizes, and every length. */
static void test_sorted(void **state)
{
	uint32_t seed = 5;

	(void)state;
	for (size_t n = 1; n < 600; n += 1 + n / 8) {
		float v[600], want[600], w[600];
		double s[SUMMARY_COUNT], mean = 0, squares = 0;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			v[i] = (float)ldexp((double)(seed >> 8) - (1 << 23),
					    -(int)(seed % 61));
			if (i % 7 == 3)
				v[i] = i % 2 ? 0 : v[i / 2];
		}
		memcpy(want, v, sizeof(v));
		qsort(want, n, sizeof(*want), by_value);
		for (size_t i = 0; i < n; i++)
			mean += want[i] / (double)n;
		for (size_t i = 0; i < n; i++)
			squares += (want[i] - mean) * (want[i] - mean);
		summary_of(v, n, w, s);
		assert_memory_equal(v, want, n * sizeof(*v));
		assert_true(s[SUMMARY_MIN] == want[0]);
		assert_true(s[SUMMARY_MAX] == want[n - 1]);
		assert_true(fabs(s[SUMMARY_MEAN] - mean) <=
			    1e-9 * (want[n - 1] - want[0]));
		assert_true(fabs(s[SUMMARY_STD] - sqrt(squares / (double)n)) <=
			    1e-9 * (want[n - 1] - want[0]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_alias),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
