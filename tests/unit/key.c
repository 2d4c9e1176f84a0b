/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/key.h"
#include "audio/pitches.h"
#include "base/mem.h"

#define SECONDS 4 /* one a chord */

/* Amplitude of harmonic h is h^-slope, falling by e every `decay` seconds. */
struct timbre {
	const char *name;
	int harmonics, step; /* step 2: odd ones only */
	double slope, decay;
	int low; /* MIDI number of the lowest tonic */
};

static const struct timbre timbres[] = {
	{ "sine", 1, 1, 0, 100, 60 },    { "reed", 9, 2, 1, 100, 48 },
	{ "strings", 6, 1, 1, 100, 48 }, { "bright", 12, 1, 0.5, 100, 57 },
	{ "plucked", 8, 1, 1, 0.4, 41 }, { "bass", 6, 1, 1, 1, 36 },
};

/* A note of a second, added to x. */
static void note(float *x, const struct timbre *timbre, double midi, int second)
{
	double hz = 440 * pow(2, (midi - 69) / 12);
	double fall = exp(-1 / (timbre->decay * STFT_RATE));

	for (int h = 1; h <= timbre->harmonics; h += timbre->step) {
		double step = 2 * M_PI * hz * h / STFT_RATE;
		double c = 2 * cos(step), now = 0, before = -sin(step);
		double level = 0.05 * pow(h, -timbre->slope);

		if (hz * h >= STFT_RATE / 2.0)
			break;
		for (int i = second * STFT_RATE; i < (second + 1) * STFT_RATE;
		     i++) {
			double next = c * now - before;

			x[i] += (float)(level * now);
			level *= fall;
			before = now;
			now = next;
		}
	}
}

/* I IV V I, or i iv V i. */
static struct key cadence(const struct timbre *timbre, int tonic, int mode,
			  double detuned, double *tuning)
{
	static const int roots[] = { 0, 5, 7, 0 };
	float *x = mem_zalloc(SECONDS * STFT_RATE, sizeof(*x));
	struct pitches *p = pitches_new();
	double profile[CHROMA_BINS];
	double lowest = timbre->low + (tonic - timbre->low % 12 + 12) % 12;
	struct key key;

	for (int c = 0; c < 4; c++) {
		double root = lowest + roots[c] + detuned;

		note(x, timbre, root, c);
		note(x, timbre, root + (mode || c == 2 ? 4 : 3), c);
		note(x, timbre, root + 7, c);
	}
	*tuning = pitches_profile(p, x, SECONDS * STFT_RATE, profile, NULL);
	key_estimate(profile, &key);
	pitches_free(p);
	free(x);
	return key;
}

static void check_cadence(const struct timbre *timbre, int tonic, int mode,
			  int cents)
{
	double tuning;
	struct key k = cadence(timbre, tonic, mode, cents / 100.0, &tuning);

	if (k.tonic != tonic || k.mode != mode || k.strength < 0.6 ||
	    !(fabs(tuning - cents) < 5))
		fail_msg("%s, key %d mode %d %+d cents: got %d %d, %g, %+g",
			 timbre->name, tonic, mode, cents, k.tonic, k.mode,
			 k.strength, tuning);
	assert_true(k.second_tonic != k.tonic || k.second_mode != k.mode);
	assert_true(k.second_strength < k.strength + 0.1);
	assert_true(mode ? k.major_margin > 0 : k.major_margin < 0);
}

static void test_cadences(void **state)
{
	(void)state;
	for (size_t t = 0; t < sizeof(timbres) / sizeof(*timbres); t++)
		for (int tonic = 0; tonic < 12; tonic++)
			for (int mode = 0; mode < 2; mode++)
				for (int cents = -40; cents <= 40; cents += 10)
					check_cadence(&timbres[t], tonic, mode,
						      cents);
}

/* A profile turned by some classes has its key so much higher, and scaled the
 * same. */
static void test_turned(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 200; i++) {
		double profile[CHROMA_BINS], turned[CHROMA_BINS];
		struct key k, t;
		int by = 1 + i % 11;

		for (int b = 0; b < CHROMA_BINS; b++) {
			seed = seed * 1664525 + 1013904223;
			profile[b] = (seed >> 8) / 16777216.0;
		}
		for (int b = 0; b < CHROMA_BINS; b++)
			turned[(b + by) % CHROMA_BINS] = 3 * profile[b];
		key_estimate(profile, &k);
		key_estimate(turned, &t);
		assert_int_equal(t.tonic, (k.tonic + by) % 12);
		assert_int_equal(t.mode, k.mode);
		assert_int_equal(t.second_tonic, (k.second_tonic + by) % 12);
		assert_int_equal(t.second_mode, k.second_mode);
		assert_true(fabs(t.strength - k.strength) < 1e-9);
		assert_true(fabs(t.second_strength - k.second_strength) < 1e-9);
		assert_true(fabs(t.major_margin - k.major_margin) < 1e-9);
		assert_true(fabs(k.strength) <= 1);
	}
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
		cmocka_unit_test(test_turned),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
