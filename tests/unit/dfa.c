/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "audio/dfa.h"

#define RATE 22050
#define STEP 220 /* samples of 10 ms */
#define STEPS 6000

static float x[STEPS * STEP];
static double amplitude[STEPS];

static double uniform(uint64_t *seed)
{
	return (double)(rng_next(seed) >> 11) * 0x1p-53;
}

/* A square wave in steps of 10 ms, whose deviation is the amplitude. */
static double exponent(size_t steps)
{
	struct dfa *d = dfa_new();
	double v;

	for (size_t i = 0; i < steps * STEP; i++)
		x[i] = (float)(amplitude[i / STEP] * (i % 2 ? 1 : -1));
	v = dfa_exponent(d, x, steps * STEP, RATE);
	dfa_free(d);
	return v;
}

/* The textbook's procedure: a line fitted to every stretch by its sums. */
static double reference(size_t steps)
{
	static double y[STEPS];
	double mean = 0, length = 31, before = 0, last = 0, sum = 0;
	int count = 0;

	for (size_t i = 0; i < steps; i++)
		mean += amplitude[i] / (double)steps;
	for (size_t i = 0; i < steps; i++)
		y[i] = (i ? y[i - 1] : 0) + amplitude[i] - mean;
	for (; length <= 880 && length <= (double)steps / 2; length *= 1.1) {
		size_t n = (size_t)length, stretches = 0;
		double square = 0;

		for (size_t at = 0; at + n <= steps; at += n / 4) {
			double my = 0, mt = (double)(n - 1) / 2, ty = 0, tt = 0;

			for (size_t i = 0; i < n; i++)
				my += y[at + i] / (double)n;
			for (size_t i = 0; i < n; i++) {
				ty += ((double)i - mt) * (y[at + i] - my);
				tt += ((double)i - mt) * ((double)i - mt);
			}
			for (size_t i = 0; i < n; i++) {
				double r =
				    y[at + i] - my - ty / tt * ((double)i - mt);

				square += r * r / (double)n;
			}
			stretches++;
		}
		square = sqrt(square / (double)stretches);
		if (before > 0) {
			sum += log(square / last) /
			       log(((double)n + 3) / (before + 3));
			count++;
		}
		before = (double)n;
		last = square;
	}
	return sum / count;
}

/* Independent amplitudes: 1/2. */
static void test_noise(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < STEPS; i++)
		amplitude[i] = 0.1 + 0.2 * uniform(&seed);
	assert_true(fabs(exponent(STEPS) - 0.5) < 0.05);
	assert_true(fabs(exponent(STEPS) - reference(STEPS)) < 1e-4);
	assert_true(fabs(exponent(500) - reference(500)) < 1e-4);
}

/* A random walk: 3/2. */
static void test_walk(void **state)
{
	uint64_t seed = 2;
	double at = 0.4;

	(void)state;
	for (int i = 0; i < STEPS; i++) {
		at += 0.002 * (uniform(&seed) - 0.5);
		amplitude[i] = at;
	}
	assert_true(fabs(exponent(STEPS) - 1.5) < 0.15);
	assert_true(fabs(exponent(STEPS) - reference(STEPS)) < 1e-3);
}

/* Beats, every 500 ms, stray no further in longer stretches; swells do. */
static void test_beats(void **state)
{
	double beats;

	(void)state;
	for (int i = 0; i < STEPS; i++)
		amplitude[i] = 0.5 * exp(-(i % 50) / 8.);
	beats = exponent(3000);
	assert_true(beats < 0.3);
	for (int i = 0; i < STEPS; i++)
		amplitude[i] = 0.3 + 0.2 * sin(2 * M_PI * i / 1000.);
	assert_true(exponent(3000) > 1.5);
	for (int i = 0; i < STEPS; i++)
		amplitude[i] = 0.3;
	assert_true(isnan(exponent(3000)));
	for (int i = 0; i < STEPS; i++)
		amplitude[i] = 0;
	assert_true(isnan(exponent(3000)));
}

/* Louder is the same, and too short is nothing. */
static void test_level(void **state)
{
	uint64_t seed = 4;
	double quiet;

	(void)state;
	for (int i = 0; i < STEPS; i++)
		amplitude[i] = 0.001 * uniform(&seed);
	quiet = exponent(3000);
	for (int i = 0; i < STEPS; i++)
		amplitude[i] *= 512;
	assert_true(fabs(exponent(3000) - quiet) < 1e-6);
	assert_true(isnan(exponent(100)));
	assert_true(isnan(exponent(0)));
	assert_false(isnan(exponent(300)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_beats),
		cmocka_unit_test(test_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
