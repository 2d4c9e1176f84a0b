/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The front end against VGGish's formulas, written out with a naive transform
 * in double precision. */
#include "testing.h"

#include <math.h>

#include "audio/logmel.h"

static double mel(double hz)
{
	return 1127.0 * log1p(hz / 700.0);
}

/* The mel matrix as mel_features.py defines it: slopes against edges. */
static double weight(int bin, int band, int bands)
{
	double lo = mel(125), hi = mel(7500), m = mel(bin * 31.25);
	double a = lo + (hi - lo) * band / (bands + 1);
	double b = lo + (hi - lo) * (band + 1) / (bands + 1);
	double c = lo + (hi - lo) * (band + 2) / (bands + 1);

	return bin ? fmax(0, fmin((m - a) / (b - a), (c - m) / (c - b))) : 0;
}

static void magnitudes(const float *x, double out[257])
{
	for (int k = 0; k < 257; k++) {
		double re = 0, im = 0;

		for (int i = 0; i < 400; i++) {
			double w = 0.5 - 0.5 * cos(2 * M_PI * i / 400);

			re += w * x[i] * cos(2 * M_PI * k * i / 512);
			im -= w * x[i] * sin(2 * M_PI * k * i / 512);
		}
		out[k] = hypot(re, im);
	}
}

static float *noise(size_t n, double decay)
{
	float *x = mem_zalloc(n, sizeof(*x));
	uint64_t rng = 5;

	for (size_t i = 0; i < n; i++)
		x[i] = (float)(exp(-decay * (double)i / (double)n) *
			       ((double)rng_below(&rng, 20001) / 10000 - 1));
	return x;
}

static void check_bands(int bands)
{
	size_t n = 400 + 160 * 96 * 2 + 100, patches = logmel_patches(n);
	struct logmel *l = logmel_new(bands);
	float *x = noise(n, 9);
	float *out = mem_zalloc(patches * 96, (size_t)bands * sizeof(float));
	double s[257];

	assert_int_equal(patches, 2);
	assert_int_equal(logmel_bands(l), bands);
	logmel_compute(l, x, n, out);
	for (size_t t = 0; t < 192; t += 13) {
		magnitudes(x + 160 * t, s);
		for (int b = 0; b < bands; b++) {
			double sum = 0, want, got;

			for (int k = 0; k < 257; k++)
				sum += s[k] * weight(k, b, bands);
			want = log(sum + 0.01);
			got = out[t * (size_t)bands + (size_t)b];
			assert_true(fabs(got - want) <=
				    1e-4 * fmax(fabs(want), 0.1));
		}
	}
	logmel_free(l);
	free(x);
	free(out);
}

static void test_formulas(void **state)
{
	(void)state;
	check_bands(64);
	check_bands(128);
	check_bands(LOGMEL_BANDS_MIN);
	check_bands(LOGMEL_BANDS_MAX);
}

/* 25 ms and 95 steps of 10 ms for one patch, 96 steps more for the next. */
static void test_counts(void **state)
{
	(void)state;
	assert_int_equal(logmel_patches(0), 0);
	assert_int_equal(logmel_patches(15599), 0);
	assert_int_equal(logmel_patches(15600), 1);
	assert_int_equal(logmel_patches(15600 + 15359), 1);
	assert_int_equal(logmel_patches(15600 + 15360), 2);
	assert_int_equal(logmel_patches(30 * 16000), 31);
	assert_int_equal(logmel_patches(SIZE_MAX), LOGMEL_PATCHES_MAX);
}

/* Silence is the offset; a mean that does not move is nearly that, as bin 0
 * belongs to no band. A whole number of periods under a periodic Hann window
 * is half the amplitude times the window's sum, 200, at its own bin (1 kHz:
 * 32). */
static void test_closed_forms(void **state)
{
	enum { N = 15600 };
	struct logmel *l = logmel_new(64);
	float *x = mem_zalloc(N, sizeof(*x));
	float out[96 * 64];
	int best = 0;
	double sum = 0;

	(void)state;
	logmel_compute(l, x, N, out);
	for (int i = 0; i < 96 * 64; i++)
		assert_true(fabs(out[i] - log(0.01)) < 1e-6);
	for (int i = 0; i < N; i++)
		x[i] = (float)(0.5 * sin(2 * M_PI * i / 16));
	logmel_compute(l, x, N, out);
	for (int b = 0; b < 64; b++) {
		sum += exp((double)out[b]) - 0.01;
		best = out[b] > out[best] ? b : best;
	}
	assert_true(weight(32, best, 64) > 0.4);
	assert_true(exp((double)out[best]) > 0.5 * 200 / 2 * 0.4);
	/* Bins 31 to 33 hold most: the Hann line's neighbours at 31.25 Hz of
	 * a main lobe of 80. Weights of a bin sum to 1. */
	assert_true(sum > 50 * 2 && sum < 50 * 3);
	logmel_free(l);
	free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formulas),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_closed_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
