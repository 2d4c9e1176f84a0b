/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "audio/delta.h"

#define N 40

static float v[N], out[N];

static void near(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("got %.9g, wanted %.9g", got, want);
}

static void test_line(void **state)
{
	(void)state;
	for (int t = 0; t < N; t++)
		v[t] = 3 - 0.25f * (float)t;
	delta_series(v, N, out);
	for (int t = 0; t < N; t++)
		near(out[t], -0.25, 1e-6);
}

/* The slope of a parabola is its derivative in the middle; the ends keep that
 * of the nearest middle. */
static void test_parabola(void **state)
{
	(void)state;
	for (int t = 0; t < N; t++)
		v[t] = (float)(t * t);
	delta_series(v, N, out);
	for (int t = 4; t < N - 4; t++)
		near(out[t], 2 * t, 1e-4);
	for (int t = 0; t < 4; t++) {
		near(out[t], 8, 1e-4);
		near(out[N - 1 - t], 2 * (N - 5), 1e-4);
	}
}

/* i / (2 (1 + 4 + 9 + 16)), backwards. */
static void test_impulse(void **state)
{
	(void)state;
	memset(v, 0, sizeof(v));
	v[20] = 60;
	delta_series(v, N, out);
	for (int t = 0; t < N; t++)
		near(out[t], abs(t - 20) <= 4 ? 20 - t : 0, 1e-6);
}

/* Savitzky and Golay's filter by normal equations, its ends by the line fitted
 * to the first and last values. */
static double fitted(const float *at)
{
	double n = 0, t = 0, y = 0, tt = 0, ty = 0;

	for (int i = 0; i < DELTA_WIDTH; i++) {
		n++;
		t += i;
		y += at[i];
		tt += i * i;
		ty += i * (double)at[i];
	}
	return (n * ty - t * y) / (n * tt - t * t);
}

static void test_fit(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int t = 0; t < N; t++)
		v[t] = (float)rng_below(&seed, 1000) / 10;
	for (int n = DELTA_WIDTH; n <= N; n++) {
		delta_series(v, (size_t)n, out);
		for (int t = 0; t < n; t++) {
			int from = t < 4 ? 0 : t - 4;

			if (from > n - DELTA_WIDTH)
				from = n - DELTA_WIDTH;
			near(out[t], fitted(v + from), 1e-4);
		}
	}
}

static void test_short(void **state)
{
	(void)state;
	for (size_t n = 0; n < DELTA_WIDTH; n++) {
		memset(out, 1, sizeof(out));
		delta_series(v, n, out);
		for (size_t t = 0; t < n; t++)
			near(out[t], 0, 0);
		assert_true(out[n] != 0); /* nothing beyond */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),    cmocka_unit_test(test_parabola),
		cmocka_unit_test(test_impulse), cmocka_unit_test(test_fit),
		cmocka_unit_test(test_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
