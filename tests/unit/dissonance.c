/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "audio/dissonance.h"

#define PARTIALS 6

static void near(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("got %.9g, wanted %.9g", got, want);
}

static double pair(double f, double g)
{
	struct peak p[] = { { f, 1 }, { g, 1 } };

	return dissonance_of(p, 2);
}

static int by_frequency(const void *a, const void *b)
{
	const struct peak *p = a, *q = b;

	return p->hz < q->hz ? -1 : p->hz > q->hz;
}

/* Two harmonic tones, amplitudes 1 / h times level; partials of the same
 * frequency are one. */
static double interval(double hz, double ratio, double level)
{
	struct peak p[2 * PARTIALS];
	size_t n = 0;

	for (int k = 0; k < 2; k++)
		for (int h = 1; h <= PARTIALS; h++) {
			double f = hz * h * (k ? ratio : 1);
			size_t i = 0;

			while (i < n && fabs(p[i].hz - f) > 1e-6 * f)
				i++;
			if (i == n)
				p[n++] = (struct peak){ f, 0 };
			p[i].strength += level / h;
		}
	qsort(p, n, sizeof(*p), by_frequency);
	return dissonance_of(p, n);
}

/* Two sines: Sethares' curve has its only maximum, 1, where 0.24 over the
 * critical band's form times their difference is log(5.75 / 3.51) / 2.24. */
static void test_curve(void **state)
{
	double best = 0, at = 0, x = log(5.75 / 3.51) / (5.75 - 3.51);

	(void)state;
	for (double f = 100; f < 2000; f *= 1.5) {
		double d = x * (0.0207 * f + 18.96) / 0.24;

		near(pair(f, f + d), 1, 1e-6);
		assert_true(pair(f, f + 0.8 * d) < 1);
		assert_true(pair(f, f + 1.2 * d) < 1);
	}
	near(pair(440, 440), 0, 0);
	for (double g = 441; g < 880; g++)
		if (pair(440, g) > best) {
			best = pair(440, g);
			at = g;
		}
	near(at, 440 * pow(2, 1 / 12.0), 2); /* a semitone */
	assert_true(pair(440, 660) < 0.02 && pair(440, 880) < 1e-3);
	/* The same interval is rougher low down. */
	assert_true(pair(110, 110 * 1.25) > 3 * pair(440, 440 * 1.25));
}

/* Plomp & Levelt's and Sethares' order of intervals of harmonic tones. */
static void test_intervals(void **state)
{
	static const double ratios[] = { 2.0,     3 / 2.0, 4 / 3.0,  5 / 4.0,
					 6 / 5.0, 9 / 8.0, 16 / 15.0 };
	double last = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(ratios) / sizeof(*ratios); i++) {
		double d = interval(440, ratios[i], 1);

		assert_true(d > last);
		last = d;
	}
	/* An octave is as smooth as one tone; mistuned, it is not. */
	near(interval(440, 2, 1), interval(440, 1, 1), 2e-3);
	assert_true(interval(440, 2.05, 1) > 5 * interval(440, 2, 1));
}

static void test_level(void **state)
{
	(void)state;
	near(interval(300, 1.3, 1e-4), interval(300, 1.3, 1), 1e-12);
	near(interval(300, 1.3, 1e3), interval(300, 1.3, 1), 1e-12);
}

/* Weights are the weaker of each two: 1, 0.5 and 0.5. */
static void test_weights(void **state)
{
	struct peak p[] = { { 440, 1 }, { 460, 1 }, { 3000, 0.5 } };

	(void)state;
	near(dissonance_of(p, 3),
	     (pair(440, 460) + 0.5 * pair(440, 3000) + 0.5 * pair(460, 3000)) /
		 2,
	     1e-12);
}

/* Weak partials beyond the strongest change nothing. */
static void test_strongest(void **state)
{
	struct peak all[64], some[DISSONANCE_PARTIALS];
	uint64_t seed = 5;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 64; i++) {
		all[i].hz = 65 + 40 * i;
		all[i].strength = 1e-3 * (double)(1 + rng_below(&seed, 100));
		if (i % 3 == 1 && n < DISSONANCE_PARTIALS) {
			all[i].strength += 1;
			some[n++] = all[i];
		}
	}
	assert_int_equal(n, DISSONANCE_PARTIALS);
	near(dissonance_of(all, 64), dissonance_of(some, n), 0);
	assert_true(dissonance_of(some, n) > 0);
}

static void test_few(void **state)
{
	struct peak p = { 440, 1 };

	(void)state;
	near(dissonance_of(&p, 0), 0, 0);
	near(dissonance_of(&p, 1), 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_curve),
		cmocka_unit_test(test_intervals),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_strongest),
		cmocka_unit_test(test_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
