/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores against cases computed by hand and definitions written out. */
#include "testing.h"

#include <math.h>

#include "learn/classscores.h"

static void near(double got, double want)
{
	if (!(fabs(got - want) <= 1e-7))
		fail_msg("got %.12g, wanted %.12g", got, want);
}

static const float missing = NAN;

/* Three labels, four rows and two that are left out; 1 to 3 of them told. */
static void test_labels(void **state)
{
	const float p[] = { .9f, .2f, .5f, .8f, .7f, .1f,     .3f, .6f, .1f,
			    .4f, .1f, .1f, .9f, .9f, missing, .9f, .9f, .9f };
	const float t[] = { 1, 0, 1, 0, 1, 0, 1, 0,       0,
			    0, 0, 0, 1, 1, 1, 1, missing, 1 };
	static const double high[] = { .85, .65, .55 };
	struct classscores_one one[3];
	struct classscores all;

	(void)state;
	classscores_labels(p, t, NULL, 6, 3, one, &all);
	assert_int_equal(all.rows, 4);
	assert_int_equal(all.counted, 3);
	/* label 0: told rows 0, 1; true 0, 2. 1: told 1, 2; true 1. 2: row 0 */
	assert_int_equal(one[0].told, 2);
	assert_int_equal(one[0].occurs, 2);
	assert_int_equal(one[0].hits, 1);
	near(one[0].f1, .5);
	near(one[1].precision, .5);
	near(one[1].recall, 1);
	near(one[1].f1, 2. / 3);
	near(one[2].f1, 1);
	near(all.macro_f1, (.5 + 2. / 3 + 1) / 3);
	near(all.micro_precision, 3. / 5);
	near(all.micro_recall, 3. / 4);
	near(all.micro_f1, 2. / 3);
	near(all.accuracy, 9. / 12);
	/* label 2 occurs and is not told any more: it counts, as 0 */
	classscores_labels(p, t, high, 6, 3, one, &all);
	near(one[0].precision, 1);
	near(one[1].f1, 1);
	near(one[2].f1, 0);
	assert_int_equal(all.counted, 3);
	near(all.macro_f1, (2. / 3 + 1) / 3);
	/* of the last row alone neither 0 nor 2 does */
	classscores_labels(p + 3, t + 3, high, 1, 3, NULL, &all);
	assert_int_equal(all.counted, 1);
	near(all.macro_f1, 1);
	classscores_labels(p + 12, t + 12, NULL, 2, 3, one, &all);
	assert_int_equal(all.rows, 0);
	assert_true(isnan(all.macro_f1) && isnan(all.micro_f1) &&
		    isnan(all.accuracy));
	assert_int_equal(one[0].told, 0);
}

static void test_classes(void **state)
{
	/* true 0 0 1 1 2 2 (one soft), told 0 1 1 1 0 2; a tie goes to the
	 * first; a row without targets and one with a NaN are none */
	const float p[] = { .5f, .3f, .2f, .2f, .6f, .2f, .1f, .8f,
			    .1f, .2f, .7f, .1f, .4f, .2f, .4f, .1f,
			    .1f, .8f, 1,   0,   0,   1,   0,   0 };
	const float t[] = { 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0,
			    0, 0, 1, 0, 1, 3, 0, 0, 0, 1, 0, missing };
	static const size_t want[] = { 1, 1, 0, 0, 2, 0, 1, 0, 1 };
	struct classscores_one one[3];
	struct classscores all;
	size_t confusion[9];

	(void)state;
	classscores_classes(p, t, 8, 3, one, confusion, &all);
	assert_int_equal(all.rows, 6);
	assert_memory_equal(confusion, want, sizeof(want));
	near(all.accuracy, 4. / 6);
	near(all.micro_f1, 4. / 6);
	near(one[1].precision, 2. / 3);
	near(one[1].recall, 1);
	near(one[0].f1, .5);
	near(one[1].f1, .8);
	near(one[2].f1, 2. / 3);
	near(all.macro_f1, (.5 + .8 + 2. / 3) / 3);
	classscores_classes(p, t, 1, 3, NULL, NULL, &all);
	assert_int_equal(all.counted, 1);
	near(all.macro_f1, 1);
	classscores_classes(p + 18, t + 18, 2, 3, NULL, NULL, &all);
	assert_true(!all.rows && isnan(all.accuracy));
}

static void test_calibration_error(void **state)
{
	/* bins: [0, .1) .05 .095 of which 0, 1; [.2, .3) .25 with .5; 1 in the
	 * last with .96 */
	const float p[] = { .05f, .095f, .25f, 1, .96f, missing };
	const float t[] = { 0, 1, .5f, 1, 0, 1 };
	/* tops .6 right, .6 wrong, .9 of a soft target: .75 */
	const float q[] = { .6f, .4f, .4f, .6f, .9f, .1f };
	const float u[] = { 1, 0, 1, 0, 3, 1 };

	(void)state;
	near(classscores_ece_labels(p, t, 5, 1),
	     (fabs(.145 - 1) + .25 + fabs(1.96 - 1)) / 5);
	near(classscores_ece_labels(p, t, 6, 1),
	     classscores_ece_labels(p, t, 5, 1));
	near(classscores_ece_classes(q, u, 3, 2),
	     (fabs(1.2 - 1) + fabs(.9 - .75)) / 3);
	assert_true(isnan(classscores_ece_labels(p, t, 0, 1)));
	assert_true(isnan(classscores_ece_classes(p, t, 0, 1)));
}

/* Outcomes drawn with the very probabilities told have next to no error; told
 * as logits twice as large, they have the one that the density gives. */
static void test_calibration_drawn(void **state)
{
	enum { N = 100000 };
	float *p = mem_zalloc(N, sizeof(*p)), *t = mem_zalloc(N, sizeof(*t));
	uint64_t rng = 1;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		p[i] = (float)(rng_next(&rng) >> 40) / 16777216;
		t[i] = (float)(rng_next(&rng) >> 40) / 16777216 < p[i];
	}
	assert_true(classscores_ece_labels(p, t, N, 1) < .01);
	for (size_t i = 0; i < N; i++)
		p[i] = p[i] < .5f ? 0 : 1;
	/* the integral of min(p, 1 - p) */
	assert_true(fabs(classscores_ece_labels(p, t, N, 1) - .25) < .01);
	free(p);
	free(t);
}

static void test_losses(void **state)
{
	const float p[] = { .8f, .2f, .5f, .5f, missing, 1 };
	const float t[] = { 1, 0, 0, 2, 1, 0 };
	const float sure[] = { 1, 0 }, wrong[] = { 0, 1 };

	(void)state;
	near(classscores_log_loss_classes(p, t, 3, 2),
	     -(log(.8) + log(.5)) / 2);
	near(classscores_log_loss_labels(p, t, 1, 2), -log(.8));
	assert_true(classscores_log_loss_labels(sure, sure, 1, 2) < 1.1e-7);
	assert_true(fabs(classscores_log_loss_labels(sure, wrong, 1, 2) +
			 log(1e-7)) < 1e-6);
	assert_true(isnan(classscores_log_loss_labels(p + 4, t + 4, 1, 2)));
}

static void test_numbers(void **state)
{
	/* columns 0 and 1 of rows of two; the last row is none in 0 */
	const float a[] = { 1, 5, 2, 5, 3, 5, missing, 5 };
	const float b[] = { 2, 1, 2, 2, 5, 3, 9, 4 };
	float x[1000], y[1000], same[1000];

	(void)state;
	near(classscores_pearson(a, b, 4, 2), 3 / sqrt(2 * 6));
	near(classscores_mae(a, b, 4, 2), 1);
	assert_true(isnan(classscores_pearson(a + 1, b + 1, 4, 2)));
	near(classscores_mae(a + 1, b + 1, 4, 2), 2.5);
	assert_true(isnan(classscores_mae(a + 6, b + 6, 1, 2)));
	/* a line, one that falls, a parabola about its axis, and a constant
	 * whose mean rounds */
	for (int i = 0; i < 1000; i++) {
		x[i] = (float)(i - 500) + .5f;
		y[i] = 3 * x[i] + 1024;
		same[i] = .1f;
	}
	near(classscores_pearson(x, y, 1000, 1), 1);
	for (int i = 0; i < 1000; i++)
		y[i] = -y[i];
	near(classscores_pearson(x, y, 1000, 1), -1);
	for (int i = 0; i < 1000; i++)
		y[i] = x[i] * x[i];
	near(classscores_pearson(x, y, 1000, 1), 0);
	assert_true(isnan(classscores_pearson(x, same, 1000, 1)));
}

/* Every pair counted, on scores with many that are equal. */
static void test_auc(void **state)
{
	uint64_t rng = 3;

	(void)state;
	for (int round = 0; round < 300; round++) {
		size_t n = rng_below(&rng, 40);
		float p[80], t[80];
		double wins = 0, pairs = 0, auc;

		for (size_t i = 0; i < n; i++) {
			p[2 * i] = (float)rng_below(&rng, 12) / 12;
			t[2 * i] = (float)rng_below(&rng, 5) / 4;
			p[2 * i + 1] = t[2 * i + 1] = missing;
		}
		if (n > 5)
			p[4] = missing;
		for (size_t i = 0; i < 2 * n; i += 2)
			for (size_t j = 0; j < 2 * n; j += 2) {
				if (isnan(p[i]) || isnan(p[j]) || t[i] < .5f ||
				    t[j] >= .5f)
					continue;
				pairs++;
				wins += p[i] > p[j] ? 1 : p[i] == p[j] ? .5 : 0;
			}
		auc = classscores_auc(p, t, n, 2);
		if (pairs > 0)
			near(auc, wins / pairs);
		else
			assert_true(isnan(auc));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_calibration_error),
		cmocka_unit_test(test_calibration_drawn),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_auc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
