/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "audio/fluctogram.h"

#define FRAMES 400

static float db[FRAMES][MEL_BANDS];

/* Ridges of 40 dB every ten bands, that have moved by `moved` in frame t. */
static void ridges(double speed, double swing)
{
	for (int t = 0; t < FRAMES; t++) {
		double moved = speed * t + swing * sin(2 * M_PI * t / 8.);

		for (int b = 0; b < MEL_BANDS; b++) {
			double away = remainder(b - moved, 10);

			db[t][b] = (float)(40 * exp(-away * away / 2));
		}
	}
}

static void test_glide(void **state)
{
	(void)state;
	ridges(0, 0);
	assert_true(fluctogram_glide(db[0], FRAMES) == 0);
	ridges(0.5, 0); /* one band in two frames */
	assert_true(fluctogram_glide(db[0], FRAMES) > 0.95);
	ridges(-1, 0);
	assert_true(fluctogram_glide(db[0], FRAMES) > 0.95);
	ridges(0.05, 0); /* a tenth of a band: nearer to none */
	assert_true(fluctogram_glide(db[0], FRAMES) < 0.05);
	/* Vibrato of 5.4 Hz: 2 sin(pi / 4) times 0.8 between two frames at the
	 * fastest; more than half a band in 70 % of them. */
	ridges(0, 0.8);
	assert_true(fluctogram_glide(db[0], FRAMES) > 0.45);
	assert_true(fluctogram_glide(db[0], FRAMES) < 0.8);
}

/* Nothing that stands out: no answer. */
static void test_flat(void **state)
{
	uint64_t seed = 1;

	(void)state;
	memset(db, 0, sizeof(db));
	assert_true(isnan(fluctogram_glide(db[0], FRAMES)));
	for (int t = 0; t < FRAMES; t++)
		for (int b = 0; b < MEL_BANDS; b++)
			db[t][b] = (float)rng_below(&seed, 1000) / 100;
	assert_true(isnan(fluctogram_glide(db[0], FRAMES)));
	ridges(0, 0);
	assert_true(isnan(fluctogram_glide(db[0], 2)));
	assert_true(isnan(fluctogram_glide(db[0], 0)));
}

/* Level does not matter. */
static void test_level(void **state)
{
	double before;

	(void)state;
	ridges(0.3, 0.5);
	before = fluctogram_glide(db[0], FRAMES);
	for (int t = 0; t < FRAMES; t++)
		for (int b = 0; b < MEL_BANDS; b++)
			db[t][b] -= 32;
	assert_true(fabs(fluctogram_glide(db[0], FRAMES) - before) < 0.01);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_glide),
		cmocka_unit_test(test_flat),
		cmocka_unit_test(test_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
