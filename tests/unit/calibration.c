/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fits against closed forms, conditions of optimality and brute force. */
#include "testing.h"

#include <math.h>

#include "learn/calibration.h"

static double uniform(uint64_t *rng)
{
	return (double)(rng_next(rng) >> 11) / 9007199254740992.;
}

static double normal(uint64_t *rng)
{
	double radius = sqrt(-2 * log(1 - uniform(rng)));

	return radius * cos(2 * acos(-1) * uniform(rng));
}

static double sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

static void near(double got, double want, double within)
{
	if (!(fabs(got - want) <= within))
		fail_msg("got %.12g, wanted %.12g", got, want);
}

/* Two logits, a at each: the fit goes through both smoothed shares exactly. */
static void test_platt_closed(void **state)
{
	enum { PER = 50 };
	float z[2 * PER], t[2 * PER];
	double slope, offset, yes = 40, no = 60, hi, lo, a, b;

	(void)state;
	for (int i = 0; i < 2 * PER; i++) {
		z[i] = i < PER ? -3 : 5;
		t[i] = i < 10 || (i >= PER && i < PER + 30);
	}
	hi = (yes + 1) / (yes + 2);
	lo = 1 / (no + 2);
	a = .2 * hi + .8 * lo;
	b = .6 * hi + .4 * lo;
	a = log(a / (1 - a));
	b = log(b / (1 - b));
	assert_int_equal(
	    calibration_platt(z, t, NULL, 2 * PER, &slope, &offset), 0);
	near(slope, (b - a) / 8, 1e-10);
	near(offset, a + 3 * (b - a) / 8, 1e-10);
}

/* Labels drawn from a known curve: the fit finds it, through a shift and scale
 * of the logits that are none of its business, and rows that are no numbers. */
static void test_platt_recovers(void **state)
{
	enum { N = 200000 };
	float *z = mem_zalloc(N, sizeof(*z)), *t = mem_zalloc(N, sizeof(*t));
	double slope, offset, slope2, offset2;
	uint64_t rng = 1;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		double x = 3 * normal(&rng) - 2;

		z[i] = (float)x;
		t[i] = uniform(&rng) < sigmoid(.4 * x - 1.5);
	}
	assert_int_equal(calibration_platt(z, t, NULL, N, &slope, &offset), 0);
	near(slope, .4, .01);
	near(offset, -1.5, .02);
	for (size_t i = 0; i < N; i++)
		z[i] = z[i] * 1024 + 65536;
	z[7] = NAN;
	t[8] = INFINITY;
	assert_int_equal(calibration_platt(z, t, NULL, N, &slope2, &offset2),
			 0);
	near(slope2 * 1024, slope, 1e-4);
	near(offset2 + slope2 * 65536, offset, 1e-3);
	free(z);
	free(t);
}

/* A weight of 3 is three rows; a soft target is two rows of its parts. */
static void test_platt_weights(void **state)
{
	static const float z[] = { -2, -1, 0, 1, 2 };
	static const float t[] = { 0, 1, .25f, 0, 1 };
	static const float w[] = { 3, 1, 4, 0, 2 };
	static const float z2[] = { -2, -2, -2, -1, 0, 0, 0, 0, 2, 2 };
	static const float t2[] = { 0, 0, 0, 1, 1, 0, 0, 0, 1, 1 };
	double slope, offset, slope2, offset2;

	(void)state;
	assert_int_equal(calibration_platt(z, t, w, 5, &slope, &offset), 0);
	assert_int_equal(calibration_platt(z2, t2, NULL, 10, &slope2, &offset2),
			 0);
	near(slope, slope2, 1e-9);
	near(offset, offset2, 1e-9);
}

static void test_platt_edges(void **state)
{
	static const float apart[] = { -2, -1, 1, 2 }, sides[] = { 0, 0, 1, 1 };
	static const float same[] = { 7, 7, 7, 7 }, none[] = { 0, 0, 0, 0 };
	static const float huge[] = { -3e38f, -1, 1, 3e38f };
	double slope, offset;

	(void)state;
	/* the smoothed targets keep it finite: at most their own log odds */
	assert_int_equal(
	    calibration_platt(apart, sides, NULL, 4, &slope, &offset), 0);
	assert_true(slope > 0 && slope < 5);
	near(offset, 0, 1e-9);
	near(.5 * sigmoid(slope) + sigmoid(2 * slope) * .5, .75, .05);
	assert_int_equal(
	    calibration_platt(same, sides, NULL, 4, &slope, &offset), 0);
	near(slope, 0, 0);
	near(offset, 0, 1e-12);
	/* never seen in four rows: 1/6 */
	assert_int_equal(
	    calibration_platt(apart, none, NULL, 4, &slope, &offset), 0);
	near(sigmoid(slope * 1.5 + offset), 1. / 6, 1e-6);
	assert_int_equal(
	    calibration_platt(huge, sides, NULL, 4, &slope, &offset), 0);
	assert_true(isfinite(slope) && isfinite(offset) && slope > 0);
	assert_int_equal(
	    calibration_platt(same, sides, none, 4, &slope, &offset), -1);
	near(slope, 1, 0);
	near(offset, 0, 0);
	assert_int_equal(
	    calibration_platt(NULL, NULL, NULL, 0, &slope, &offset), -1);
}

/* Two classes told apart by d: softmax is a sigmoid, and the slope has a closed
 * form. */
static void test_temperature_closed(void **state)
{
	float z[20], t[20];
	double slope;

	(void)state;
	for (int i = 0; i < 10; i++) {
		z[2 * i] = 100;
		z[2 * i + 1] = 104;
		t[2 * i] = i < 2;
		t[2 * i + 1] = i >= 2;
	}
	assert_int_equal(calibration_temperature(z, t, 10, 2, &slope), 0);
	near(slope, log(4) / 4, 1e-12);
	/* soft targets of any sum say the same */
	for (int i = 0; i < 10; i++) {
		t[2 * i] = .4f;
		t[2 * i + 1] = 1.6f;
	}
	assert_int_equal(calibration_temperature(z, t, 10, 2, &slope), 0);
	near(slope, log(4) / 4, 1e-6);
	for (int i = 0; i < 10; i++) { /* worse than nothing, then too sure */
		t[2 * i] = 1;
		t[2 * i + 1] = 0;
	}
	assert_int_equal(calibration_temperature(z, t, 10, 2, &slope), 0);
	near(slope, 0, 0);
	for (int i = 0; i < 10; i++) {
		z[2 * i] = 1e-6f;
		z[2 * i + 1] = 0;
	}
	assert_int_equal(calibration_temperature(z, t, 10, 2, &slope), 0);
	near(slope, CALIBRATION_SLOPE_MAX, 0);
	memset(t, 0, sizeof(t));
	assert_int_equal(calibration_temperature(z, t, 10, 2, &slope), -1);
	near(slope, 1, 0);
}

enum { ROWS = 60000, K = 4 };

/* Classes drawn from softmax(slope z + offset). */
static void draw(float *z, float *t, double slope, const double *offset)
{
	uint64_t rng = 2;

	memset(t, 0, sizeof(*t) * ROWS * K);
	for (size_t i = 0; i < ROWS; i++, z += K, t += K) {
		double sum = 0, p[K], at;
		size_t j;

		for (j = 0; j < K; j++) {
			z[j] = (float)(2 * normal(&rng));
			sum += p[j] = exp(slope * (double)z[j] + offset[j]);
		}
		at = uniform(&rng) * sum;
		for (j = 0; j < K - 1 && (at -= p[j]) > 0; j++)
			;
		t[j] = 1;
	}
}

static double loss_at(const float *z, const float *t, size_t n, double slope,
		      const double *offset)
{
	double loss = 0;

	for (size_t i = 0; i < n; i++, z += K, t += K) {
		double sum = 0, at = 0;

		for (size_t j = 0; j < K; j++) {
			double a = slope * (double)z[j] + offset[j];

			sum += exp(a);
			at += (double)t[j] * a;
		}
		loss += log(sum) - at;
	}
	return loss;
}

static void test_classes_recover(void **state)
{
	static const double none[K] = { 0 }, want[K] = { 1, -1, .5, -.5 };
	float *z = mem_zalloc(ROWS * K, sizeof(*z));
	float *t = mem_zalloc(ROWS * K, sizeof(*t));
	double slope, offset[K], again[K];

	(void)state;
	draw(z, t, .7, none);
	assert_int_equal(calibration_temperature(z, t, ROWS, K, &slope), 0);
	near(slope, .7, .01);
	for (double d = -1e-3; d < 2e-3; d += 2e-3) /* it is the least */
		assert_true(loss_at(z, t, ROWS, slope, none) <
			    loss_at(z, t, ROWS, slope + d, none));
	draw(z, t, 1.3, want);
	assert_int_equal(calibration_vector(z, t, ROWS, K, &slope, offset), 0);
	near(slope, 1.3, .02);
	for (size_t j = 0; j < K; j++)
		near(offset[j], want[j], .04);
	near(offset[0] + offset[1] + offset[2] + offset[3], 0, 1e-9);
	z[3] = NAN; /* a row that is none costs a row */
	assert_int_equal(calibration_vector(z, t, ROWS, K, &slope, again), 0);
	for (size_t j = 0; j < K; j++)
		near(again[j], offset[j], 1e-3);
	free(z);
	free(t);
}

/* Few rows, a class that never occurs: the penalised loss has no slope in any
 * direction (differences), and every number is finite. */
static void test_vector_optimal(void **state)
{
	float z[12 * K], t[12 * K] = { 0 };
	double x[K + 1], slope;
	uint64_t rng = 3;

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		for (size_t j = 0; j < K; j++)
			z[i * K + j] = (float)normal(&rng);
		t[i * K + i % (K - 1)] = 1;
	}
	assert_int_equal(calibration_vector(z, t, 12, K, &slope, x + 1), 0);
	x[0] = slope;
	assert_true(x[K] < -.5 && x[K] > -5);
	for (size_t j = 0; j <= K; j++) {
		double loss[2];

		for (int side = 0; side < 2; side++) {
			double y[K + 1], squares = 0;

			memcpy(y, x, sizeof(y));
			y[j] += side ? 1e-4 : -1e-4;
			for (size_t l = 0; l <= K; l++)
				squares += (y[l] - !l) * (y[l] - !l);
			loss[side] =
			    loss_at(z, t, 12, y[0], y + 1) + squares / 2;
		}
		near((loss[1] - loss[0]) / 2e-4, 0, 1e-7);
	}
	assert_int_equal(calibration_vector(z, t, 12, 0, &slope, NULL), -1);
}

static void test_isotonic_known(void **state)
{
	/* pools {1}, {3 2 -> 2.5}, {4}, {6 5 -> 5.5}, {7} after sorting */
	static const float x[] = { 7, 1, 2, 3, 4, 5, 6 };
	static const float y[] = { 7, 1, 3, 2, 4, 6, 5 };
	static const double want_x[] = { 1, 2.5, 4, 5.5, 7 };
	double kx[8], ky[8];
	size_t n = calibration_isotonic(x, y, 7, kx, ky, 8);

	(void)state;
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++) {
		near(kx[i], want_x[i], 1e-15);
		near(ky[i], want_x[i], 1e-15);
	}
	near(calibration_isotonic_apply(kx, ky, n, 0), 1, 0);
	near(calibration_isotonic_apply(kx, ky, n, 9), 7, 0);
	near(calibration_isotonic_apply(kx, ky, n, 2.5), 2.5, 0);
	near(calibration_isotonic_apply(kx, ky, n, 3.1), 3.1, 1e-15);
	assert_true(isnan(calibration_isotonic_apply(kx, ky, n, (double)NAN)));
	near(calibration_isotonic_apply(NULL, NULL, 0, 3.1), 3.1, 0);
	/* a single knot: the means */
	assert_int_equal(calibration_isotonic(x, y, 7, kx, ky, 1), 1);
	near(kx[0], 4, 1e-15);
	near(ky[0], 4, 1e-15);
	assert_int_equal(calibration_isotonic(x, y, 0, kx, ky, 8), 0);
	assert_int_equal(calibration_isotonic(x, y, 7, kx, ky, 0), 0);
}

/* The isotonic value at i is the largest, over starts a <= i, of the least,
 * over ends b >= i, mean of a..b (Barlow et al. 1972): the oracle, n <= 40. */
static double max_min(const float *y, size_t n, size_t i)
{
	double best = -INFINITY;

	for (size_t a = 0; a <= i; a++) {
		double sum = 0, least = INFINITY;

		for (size_t b = a; b < n; b++) {
			sum += (double)y[b];
			if (b >= i)
				least = fmin(least, sum / (double)(b - a + 1));
		}
		best = fmax(best, least);
	}
	return best;
}

static void test_isotonic_oracle(void **state)
{
	uint64_t rng = 4;

	(void)state;
	for (int round = 0; round < 200; round++) {
		size_t n = 1 + rng_below(&rng, 40), knots;
		float x[40], y[40];
		double kx[40], ky[40];

		for (size_t i = 0; i < n; i++) {
			x[i] = (float)i;
			y[i] = (float)rng_below(&rng, 10) + (float)i / 8;
		}
		knots = calibration_isotonic(x, y, n, kx, ky, 40);
		for (size_t k = 0; k < knots; k++) {
			assert_true(!k ||
				    (kx[k] > kx[k - 1] && ky[k] > ky[k - 1]));
			near(ky[k], max_min(y, n, (size_t)kx[k]), 1e-9);
		}
	}
}

/* Reduced pools: of three, the pair that costs less is made one; of many, it
 * stays rising, keeps the mean and loses little. */
static void test_isotonic_reduced(void **state)
{
	enum { N = 20000 };
	static const float three_x[] = { 0, 1, 2 }, three_y[] = { 0, 1, 1.5f };
	float *x = mem_zalloc(N, sizeof(*x)), *y = mem_zalloc(N, sizeof(*y));
	double kx[16], ky[16], worst = 0;
	uint64_t rng = 6;
	size_t n;

	(void)state;
	assert_int_equal(calibration_isotonic(three_x, three_y, 3, kx, ky, 2),
			 2);
	near(kx[0], 0, 0);
	near(ky[1], 1.25, 1e-15);
	for (size_t i = 0; i < N; i++) {
		x[i] = (float)uniform(&rng);
		y[i] = uniform(&rng) < (double)(x[i] * x[i]);
	}
	n = calibration_isotonic(x, y, N, kx, ky, 16);
	assert_int_equal(n, 16);
	for (size_t i = 1; i < n; i++)
		assert_true(kx[i] > kx[i - 1] && ky[i] > ky[i - 1]);
	for (double at = .05; at < .95; at += .01)
		worst =
		    fmax(worst, fabs(calibration_isotonic_apply(kx, ky, n, at) -
				     at * at));
	assert_true(worst < .05);
	/* all of one score are one pool; what falls is one knot */
	for (size_t i = 0; i < N; i++)
		x[i] = 3;
	assert_int_equal(calibration_isotonic(x, y, N, kx, ky, 16), 1);
	near(kx[0], 3, 0);
	for (size_t i = 0; i < N; i++)
		x[i] = -(y[i] = (float)i);
	assert_int_equal(calibration_isotonic(x, y, N, kx, ky, 16), 1);
	/* and N pools go through in no time */
	for (size_t i = 0; i < N; i++)
		x[i] = y[i];
	assert_int_equal(calibration_isotonic(x, y, N, kx, ky, 16), 16);
	for (size_t i = 0; i < 16; i++)
		near(kx[i], ky[i], 1e-9);
	free(x);
	free(y);
}

static double f1_of(const float *p, const float *t, size_t n, double threshold)
{
	size_t told = 0, is = 0, both = 0;

	for (size_t i = 0; i < n; i++) {
		told += (double)p[i] >= threshold;
		is += t[i] >= .5f;
		both += (double)p[i] >= threshold && t[i] >= .5f;
	}
	return told + is ? 2 * (double)both / (double)(told + is) : 0;
}

static void test_threshold(void **state)
{
	static const float p[] = { .1f, .4f, .35f, .8f };
	static const float t[] = { 0, 0, 1, 1 }, none[] = { 0, 0, 0, 0 };
	static const float all[] = { 1, 1, 1, 1 };
	uint64_t rng = 7;
	double f1;

	(void)state;
	/* .8 alone 2/3, .35 and up 4/5 */
	near(calibration_threshold(p, t, 4, &f1), (.1 + .35) / 2, 1e-7);
	near(f1, .8, 1e-15);
	near(calibration_threshold(p, all, 4, &f1), .05, 1e-7);
	near(f1, 1, 0);
	near(calibration_threshold(p, none, 4, &f1), 1, 0);
	near(f1, 0, 0);
	near(calibration_threshold(p, t, 0, NULL), 1, 0);
	for (int round = 0; round < 300; round++) {
		size_t n = 1 + rng_below(&rng, 30);
		float q[30], u[30];
		double best = 0, at;

		for (size_t i = 0; i < n; i++) {
			q[i] = (float)rng_below(&rng, 20) / 20;
			u[i] = (float)rng_below(&rng, 2);
		}
		at = calibration_threshold(q, u, n, &f1);
		for (int c = 0; c <= 40; c++)
			best = fmax(best, f1_of(q, u, n, c / 40. - .01));
		near(f1, best, 1e-12);
		near(f1_of(q, u, n, at), best, 1e-12);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_platt_closed),
		cmocka_unit_test(test_platt_recovers),
		cmocka_unit_test(test_platt_weights),
		cmocka_unit_test(test_platt_edges),
		cmocka_unit_test(test_temperature_closed),
		cmocka_unit_test(test_classes_recover),
		cmocka_unit_test(test_vector_optimal),
		cmocka_unit_test(test_isotonic_known),
		cmocka_unit_test(test_isotonic_oracle),
		cmocka_unit_test(test_isotonic_reduced),
		cmocka_unit_test(test_threshold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
