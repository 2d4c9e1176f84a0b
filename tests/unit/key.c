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

#include "audio/key.h"
#include "audio/pitches.h"
#include "base/mem.h"

#define SECONDS 8

/* A note of six harmonics, added to x. */
static void note(float *x, double midi, double from, double to, double tune)
{
	double hz = 440 * pow(2, (midi + tune - 69) / 12);

	for (int h = 1; h <= 6; h++) {
		double step = 2 * M_PI * hz * h / STFT_RATE;
		double c = 2 * cos(step), now = 0, before = -sin(step);

		for (int i = (int)(from * STFT_RATE); i < (int)(to * STFT_RATE);
		     i++) {
			double next = c * now - before;

			x[i] += (float)(0.05 / h * now);
			before = now;
			now = next;
		}
	}
}

/* I IV V I, or i iv V i, two seconds a chord. */
static struct key cadence(int tonic, int mode, double tune, double *tuning)
{
	static const int roots[] = { 0, 5, 7, 0 };
	float *x = mem_zalloc(SECONDS * STFT_RATE, sizeof(*x));
	struct pitches *p = pitches_new();
	double profile[CHROMA_BINS];
	struct key key;

	for (int c = 0; c < 4; c++) {
		int root = 48 + tonic + roots[c];
		int third = mode || c == 2 ? 4 : 3;

		note(x, root, 2 * c, 2 * c + 2, tune);
		note(x, root + third, 2 * c, 2 * c + 2, tune);
		note(x, root + 7, 2 * c, 2 * c + 2, tune);
	}
	*tuning = pitches_profile(p, x, SECONDS * STFT_RATE, profile, NULL);
	key_estimate(profile, &key);
	pitches_free(p);
	free(x);
	return key;
}

static void test_cadences(void **state)
{
	(void)state;
	for (int tonic = 0; tonic < 12; tonic++)
		for (int mode = 0; mode < 2; mode++)
			for (int cents = -40; cents <= 40; cents += 10) {
				double tuning;
				struct key k = cadence(tonic, mode,
						       cents / 100.0, &tuning);

				if (k.tonic != tonic || k.mode != mode ||
				    k.strength < 0.6 ||
				    !(fabs(tuning - cents) < 2))
					fail_msg("key %d mode %d %+d cents: "
						 "got %d %d, %g, %+g",
						 tonic, mode, cents, k.tonic,
						 k.mode, k.strength, tuning);
				assert_true(k.second_tonic != k.tonic ||
					    k.second_mode != k.mode);
				assert_true(k.second_strength <
					    k.strength + 0.1);
				assert_true(mode ? k.major_margin > 0
						 : k.major_margin < 0);
			}
}

static void test_tone(void **state)
{
	float *x = mem_zalloc(SECONDS * STFT_RATE, sizeof(*x));
	struct pitches *p = pitches_new();
	double profile[CHROMA_BINS];

	(void)state;
	for (int i = 0; i < SECONDS * STFT_RATE; i++)
		x[i] = (float)(0.1 * sin(2 * M_PI * 440 * i / STFT_RATE));
	pitches_profile(p, x, SECONDS * STFT_RATE, profile, NULL);
	assert_true(profile[9] > 0.95);
	memset(x, 0, SECONDS * STFT_RATE * sizeof(*x));
	assert_true(
	    isnan(pitches_profile(p, x, SECONDS * STFT_RATE, profile, NULL)));
	for (int b = 0; b < CHROMA_BINS; b++)
		assert_true(profile[b] == 0);
	pitches_free(p);
	free(x);
}

static void test_none(void **state)
{
	double flat[CHROMA_BINS];
	struct key k;

	(void)state;
	memset(flat, 0, sizeof(flat));
	key_estimate(flat, &k);
	assert_int_equal(k.tonic, -1);
	for (int b = 0; b < CHROMA_BINS; b++)
		flat[b] = 0.25;
	key_estimate(flat, &k);
	assert_int_equal(k.tonic, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cadences),
		cmocka_unit_test(test_tone),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
