/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "math/cholesky.h"
#include "math/random.h"

enum { N = 23, M = 2 };

/* The lower triangle of b b', a multiple of the identity apart. */
static void make(double a[N * N], struct random *r)
{
	double b[N * N];

	for (size_t i = 0; i < (size_t)N * N; i++)
		b[i] = random_normal(r);
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < N; j++) {
			double sum = 0;

			for (size_t k = 0; k < N; k++)
				sum += b[i * N + k] * b[j * N + k];
			a[i * N + j] = j <= i ? sum : NAN; /* not read */
		}
}

static void it_solves(void **state)
{
	double a[N * N], l[N * N], want[N * M], x[N * M];
	struct random r;

	(void)state;
	random_seed(&r, 3, 0);
	make(a, &r);
	for (size_t i = 0; i < (size_t)N * M; i++)
		want[i] = random_normal(&r);
	for (size_t i = 0; i < N; i++)
		for (size_t o = 0; o < M; o++) {
			double sum = 0.5 * want[i * M + o];

			for (size_t k = 0; k < N; k++)
				sum += (k <= i ? a[i * N + k] : a[k * N + i]) *
				       want[k * M + o];
			x[i * M + o] = sum;
		}
	for (size_t i = 0; i < (size_t)N * N; i++)
		l[i] = a[i];
	assert_int_equal(cholesky_factor(l, N, 0.5), 0);
	cholesky_solve(l, N, x, M);
	for (size_t i = 0; i < (size_t)N * M; i++)
		assert_true(fabs(x[i] - want[i]) < 1e-8);
}

static void what_has_no_factor_is_told(void **state)
{
	double negative[] = { 1, 0, 2, 1 }, nan[] = { 1, 0, NAN, 1 };
	double zero[] = { 0 }, huge[] = { INFINITY };

	(void)state;
	assert_int_equal(cholesky_factor(negative, 2, 0), -1);
	assert_int_equal(cholesky_factor(nan, 2, 0), -1);
	assert_int_equal(cholesky_factor(zero, 1, 0), -1);
	assert_int_equal(cholesky_factor(huge, 1, 0), -1);
	assert_int_equal(cholesky_factor(zero, 1, 4), 0);
	assert_true(zero[0] == 2);
	assert_int_equal(cholesky_factor(NULL, 0, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_solves),
		cmocka_unit_test(what_has_no_factor_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
