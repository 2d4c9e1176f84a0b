/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "audio/fft.h"

#define MOST 4096

static float x[MOST], got[MOST / 2 + 1];

static void noise(void)
{
	uint32_t seed = 3;

	for (int i = 0; i < MOST; i++) {
		seed = seed * 1664525 + 1013904223;
		x[i] = (float)(seed >> 8) / (1 << 23) - 1;
	}
}

/* Bin k of the discrete Fourier transform of n samples under a window. */
static double power_at(int n, int k, int window)
{
	double re = 0, im = 0;

	for (int i = 0; i < n && i < window; i++) {
		double turn = 2 * M_PI * (double)((long)k * i % n) / n;
		double w = 0.5 - 0.5 * cos(2 * M_PI * i / window);

		re += w * x[i] * cos(turn);
		im += w * x[i] * sin(turn);
	}
	return re * re + im * im;
}

/* Sizes with and without whole vectors; every bin, the lowest and the highest
 * and the middle one, too. */
static void test_power(void **state)
{
	static const int sizes[][2] = { { 4, 4 },      { 8, 8 },
					{ 32, 20 },    { 34, 34 },
					{ 100, 100 },  { 512, 400 },
					{ 1000, 999 }, { 2048, 2048 } };

	(void)state;
	noise();
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		int n = sizes[s][0], window = sizes[s][1];
		struct fft *f = fft_new_padded((size_t)n, (size_t)window);
		double tolerance = 1e-6 * n;

		fft_power(f, x, got);
		for (int k = 0; k <= n / 2; k++)
			assert_true(fabs(got[k] - power_at(n, k, window)) <
				    tolerance);
		fft_free(f);
	}
}

/* Two tones 100 dB apart: what is weak is not lost beside what is strong. */
static void test_range(void **state)
{
	const int n = 2048;
	struct fft *f = fft_new((size_t)n);

	(void)state;
	for (int i = 0; i < n; i++)
		x[i] = (float)(0.5 * sin(2 * M_PI * 100 * i / n) +
			       0.5e-5 * sin(2 * M_PI * 900 * i / n));
	fft_power(f, x, got);
	assert_true(fabs(sqrt(got[100]) / (0.25 * n / 2) - 1) < 1e-6);
	assert_true(fabs(sqrt(got[900]) / (0.25e-5 * n / 2) - 1) < 0.02);
	fft_free(f);
}

static void test_cosine(void **state)
{
	const int half = 150;
	struct fft *f = fft_new_flat((size_t)(2 * half));

	(void)state;
	noise();
	fft_cosine(f, x, got);
	for (int k = 0; k <= half; k++) {
		double want = x[0] + (k % 2 ? -x[half] : x[half]);

		for (int i = 1; i < half; i++)
			want += 2 * x[i] * cos(M_PI * k * i / half);
		assert_true(fabs(got[k] - want) < 1e-4);
	}
	fft_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_cosine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
