/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guesses put together, against the normal distribution's closed forms and
 * against chance: spreads hold what they promise. */
#include "testing.h"

#include <math.h>

#include "corpus/moodblend.h"

static void near(double got, double want)
{
	if (!(fabs(got - want) < 1e-9))
		fail_msg("got %.12g, wanted %.12g", got, want);
}

static void test_alone(void **state)
{
	struct moodblend b;
	double mean, spread;

	(void)state;
	moodblend_init(&b, 0.5);
	near(moodblend_result(&b, &mean, &spread), 0);
	near(mean, 0);
	near(spread, 0.5);
	/* no narrower than the prior, of no weight, no number: nothing */
	near(moodblend_add(&b, 0.9, 0.5, 1, 0, 0), 0);
	near(moodblend_add(&b, 0.9, 0.3, 0, 0, 0), 0);
	near(moodblend_add(&b, NAN, 0.3, 1, 0, 0), 0);
	near(moodblend_add(&b, 0.9, 0, 1, 0, 0), 0);
	near(moodblend_result(&b, &mean, &spread), 0);
	/* alone, a source is where and as narrow as it says */
	near(moodblend_add(&b, 0.3, 0.4, 1, 0, 0), 1 / 0.16 - 4);
	near(moodblend_result(&b, &mean, &spread), 1 - 0.16 / 0.25);
	near(mean, 0.3);
	near(spread, 0.4);
}

/* Two independent sources that agree and two that share errors. */
static void test_two(void **state)
{
	double p = 1 / 0.16 - 4, mean, spread;
	struct moodblend b;

	(void)state;
	moodblend_init(&b, 0.5);
	moodblend_add(&b, 0.3, 0.4, 1, 0, 0);
	moodblend_add(&b, 0.3, 0.4, 1, 0, 0);
	moodblend_result(&b, &mean, &spread);
	near(mean, 2 * 0.3 / 0.16 / (4 + 2 * p));
	near(spread, sqrt(1 / (4 + 2 * p)));

	moodblend_init(&b, 0.5);
	moodblend_add(&b, 0.3, 0.4, 1, 2, 0.75);
	moodblend_add(&b, 0.3, 0.4, 1, 2, 0.75);
	moodblend_add(&b, 0.3, 0.4, 1, 3, 0.75); /* of another group */
	moodblend_result(&b, &mean, &spread);
	near(spread, sqrt(1 / (4 + 2.25 * p)));

	/* far apart: wider than one alone, not wider than the prior */
	moodblend_init(&b, 0.5);
	moodblend_add(&b, 0.6, 0.4, 1, 0, 0);
	moodblend_add(&b, -0.6, 0.4, 1, 0, 0);
	moodblend_result(&b, &mean, &spread);
	near(mean, 0);
	assert_true(spread > 0.4 && spread <= 0.5);
	moodblend_init(&b, 0.5);
	moodblend_add(&b, 1, 0.2, 1, 0, 0);
	moodblend_add(&b, -1, 0.2, 1, 0, 0);
	near(moodblend_result(&b, &mean, &spread), 0);
	near(spread, 0.5);
	for (int i = 0; i < 2 * MOODBLEND_PARTS; i++)
		moodblend_add(&b, 0, 0.3, 1, 0, 0);
	assert_int_equal((int)b.count, MOODBLEND_PARTS);
}

static double normal(uint64_t *rng)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += (double)rng_below(rng, 1 << 20) / (1 << 20);
	return sum - 6;
}

/* Truths of the prior, seen by three independent sources: errors are as large
 * as the spreads say, and no linear rule does better. */
static void test_chance(void **state)
{
	static const double noise[3] = { 0.4, 0.8, 2 };
	double all = 0, square = 0, by = 0;
	uint64_t rng = 7;
	enum { TIMES = 20000 };

	(void)state;
	for (int t = 0; t < TIMES; t++) {
		double truth = normal(&rng) / 2, mean, spread;
		struct moodblend b;

		moodblend_init(&b, 0.5);
		for (int i = 0; i < 3; i++) {
			double seen = truth + noise[i] * normal(&rng);
			double share = 0.25 / (0.25 + noise[i] * noise[i]);

			moodblend_add(&b, share * seen, 0.5 * sqrt(1 - share),
				      1, 0, 0);
		}
		moodblend_result(&b, &mean, &spread);
		all += (truth - mean) * (truth - mean) / spread / spread;
		square += (truth - mean) * (truth - mean);
		by += spread;
	}
	/* 1 / (4 + 6.25 + 1.5625 + 0.25): the best there is */
	assert_true(fabs(sqrt(square / TIMES) - 0.28793) < 0.005);
	/* a little wider, for what disagrees by chance */
	assert_true(by / TIMES > 0.28793 && by / TIMES < 0.32);
	assert_true(sqrt(all / TIMES) > 0.9 && sqrt(all / TIMES) < 1.02);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
