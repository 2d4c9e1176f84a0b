/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "audio/modulation.h"

#define FRAMES 1292
#define RATE STFT_FRAME_RATE

static float db[FRAMES][MEL_BANDS];

/* All bands with an amplitude of 1 + depth sin at hz. */
static void fluctuate(double depth, double hz)
{
	for (int t = 0; t < FRAMES; t++)
		for (int b = 0; b < MEL_BANDS; b++)
			db[t][b] =
			    (float)(20 * log10(1 + depth * sin(2 * M_PI * hz *
							       t / RATE)));
}

static double share(size_t frames)
{
	struct modulation *m = modulation_new();
	double v;

	modulation_levels(m, db[0], frames);
	v = modulation_4hz(m, frames);
	modulation_free(m);
	return v;
}

static void test_4hz(void **state)
{
	(void)state;
	fluctuate(0.5, 4);
	assert_true(share(FRAMES) > 0.999);
	assert_true(share(256) > 0.999);
	assert_true(isnan(share(255)));
	fluctuate(0.5, 1);
	assert_true(share(FRAMES) < 0.001);
	fluctuate(0.5, 12);
	assert_true(share(FRAMES) < 0.001);
	fluctuate(0, 1);
	assert_true(isnan(share(FRAMES)));
	/* Level is none of it; of two fluctuations the share of the power. */
	for (int t = 0; t < FRAMES; t++)
		for (int b = 0; b < MEL_BANDS; b++)
			db[t][b] = (float)(20 * log10(1 +
						      0.3 * sin(2 * M_PI * 5 *
								t / RATE) +
						      0.4 * sin(2 * M_PI * 11 *
								t / RATE)) -
					   60);
	assert_true(fabs(share(FRAMES) - 9 / 25.) < 0.003);
}

static void test_levels_and_bass(void **state)
{
	struct modulation *m = modulation_new();
	const float *levels;

	(void)state;
	for (int t = 0; t < FRAMES; t++)
		for (int b = 0; b < MEL_BANDS; b++)
			db[t][b] = (b < 8 ? 20 : 0) + (float)(b % 8);
	levels = modulation_levels(m, db[0], FRAMES);
	for (int b = 0; b < MODULATION_BANDS; b++)
		assert_true(fabsf(levels[5 * MODULATION_BANDS + b] -
				  (b ? 3.5f : 23.5f)) < 1e-4f);
	assert_true(fabs(modulation_bass(m, FRAMES) - 10 / 25.) < 1e-5);
	modulation_free(m);
}

static void test_low_energy(void **state)
{
	float rms[100];

	(void)state;
	for (int i = 0; i < 100; i++)
		rms[i] = i < 30 ? 0.1f : 1; /* mean 0.73 */
	assert_true(modulation_low_energy(rms, 100) == 0.3);
	for (int i = 0; i < 100; i++)
		rms[i] = 0.4f;
	assert_true(modulation_low_energy(rms, 100) == 0);
}

static double pulse(size_t frames)
{
	struct modulation *m = modulation_new();
	double v = modulation_pulse(m, db[0], frames);

	modulation_free(m);
	return v;
}

/* A band that jumps up every 20 frames, or after 10 to 30 of them. */
static void hits(bool steady, int from, int to)
{
	uint64_t seed = 3;
	int next = 5;

	for (int t = 0; t < FRAMES; t++) {
		bool hit = t == next;

		if (hit)
			next += steady ? 20 : 10 + (int)rng_below(&seed, 21);
		for (int b = 0; b < MEL_BANDS; b++)
			db[t][b] = hit && b >= from && b < to ? 40 : 0;
	}
}

static void test_pulse(void **state)
{
	(void)state;
	hits(true, 0, MEL_BANDS);
	assert_true(pulse(FRAMES) > 0.95 && pulse(FRAMES) <= 1);
	hits(true, 85, 95); /* the clearest band counts */
	assert_true(pulse(FRAMES) > 0.95);
	hits(false, 0, MEL_BANDS);
	assert_true(pulse(FRAMES) < 0.35);
	assert_true(isnan(pulse(100)));
	fluctuate(0, 1);
	assert_true(isnan(pulse(FRAMES)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_4hz),
		cmocka_unit_test(test_levels_and_bass),
		cmocka_unit_test(test_low_energy),
		cmocka_unit_test(test_pulse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
