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
	float v[] = { 4, 1, 3, 2, 10 }, one[] = { 7 };
	double s[SUMMARY_COUNT];

	(void)state;
	summary_of(v, 5, s);
	assert_true(s[SUMMARY_MEAN] == 4 && s[SUMMARY_MEDIAN] == 3);
	assert_true(fabs(s[SUMMARY_STD] - sqrt(10)) < 1e-12);
	assert_true(s[SUMMARY_MIN] == 1 && s[SUMMARY_MAX] == 10);
	assert_true(s[SUMMARY_Q25] == 2 && s[SUMMARY_Q75] == 4);
	summary_of(v, 4, s); /* 1 2 3 4, sorted by now */
	assert_true(s[SUMMARY_Q25] == 1.75 && s[SUMMARY_MEDIAN] == 2.5);
	summary_of(one, 1, s);
	assert_true(s[SUMMARY_STD] == 0 && s[SUMMARY_Q75] == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_alias),
		cmocka_unit_test(test_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
