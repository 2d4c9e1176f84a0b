/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "math/algebra.h"
#include "math/random.h"

static void near(double got, double wanted)
{
	if (!(fabs(got - wanted) <= 1e-9 * (1 + fabs(wanted))))
		fail_msg("got %.12g, wanted %.12g", got, wanted);
}

static void product_in_all_four_layouts(void **state)
{
	enum { M = 3, N = 4, K = 5 };
	double a[M * K], at[K * M], b[K * N], bt[N * K], c[M * N];
	struct random r;
	int i, j, k, layout;

	(void)state;
	random_seed(&r, 1, 0);
	for (i = 0; i < M; i++)
		for (k = 0; k < K; k++)
			a[i * K + k] = at[k * M + i] = random_normal(&r);
	for (k = 0; k < K; k++)
		for (j = 0; j < N; j++)
			b[k * N + j] = bt[j * K + k] = random_normal(&r);
	for (layout = 0; layout < 4; layout++) {
		algebra_gemm(c, layout & 1 ? at : a, layout & 1,
			     layout & 2 ? bt : b, layout & 2, M, N, K);
		for (i = 0; i < M; i++)
			for (j = 0; j < N; j++) {
				double sum = 0;

				for (k = 0; k < K; k++)
					sum += a[i * K + k] * b[k * N + j];
				near(c[i * N + j], sum);
			}
	}
}

/* The path graph's Laplacian has eigenvalues 2 - 2 cos(pi k / n). */
static void eigenvalues_of_a_path_graph(void **state)
{
	enum { N = 20 };
	double a[N * N] = { 0 }, l[N * N], values[N];
	struct err err;
	int i, j, k;

	(void)state;
	for (i = 0; i + 1 < N; i++) {
		a[i * N + i] += 1;
		a[(i + 1) * N + i + 1] += 1;
		a[i * N + i + 1] = a[(i + 1) * N + i] = -1;
	}
	for (i = 0; i < N * N; i++)
		l[i] = a[i];
	assert_int_equal(algebra_eigen(a, N, values, &err), 0);
	for (k = 0; k < N; k++) {
		double norm = 0, peak = 0;

		near(values[k], 2 - 2 * cos(acos(-1) * (N - 1 - k) / N));
		for (i = 0; i < N; i++) {
			double sum = 0;

			for (j = 0; j < N; j++)
				sum += l[i * N + j] * a[k * N + j];
			near(sum, values[k] * a[k * N + i]);
			norm += a[k * N + i] * a[k * N + i];
			if (fabs(a[k * N + i]) > fabs(peak))
				peak = a[k * N + i];
		}
		near(norm, 1);
		assert_true(peak > 0);
	}
}

static void what_is_not_finite_is_refused(void **state)
{
	double a[4] = { 1, NAN, NAN, 1 }, values[2];
	struct err err;

	(void)state;
	assert_int_equal(algebra_eigen(a, 2, values, &err), -1);
	assert_int_equal(err.status, ERR_DATA);
}

static void ridge_recovers_a_line_and_shrinks(void **state)
{
	double a[10 * 2], y[10], x[2], free_of[2] = { 0, 0 };
	double heavy[2] = { 1e12, 0 }, twin[10 * 2];
	struct err err;
	int i;

	(void)state;
	for (i = 0; i < 10; i++) {
		a[i * 2] = i;
		a[i * 2 + 1] = 1;
		twin[i * 2] = twin[i * 2 + 1] = i;
		y[i] = 3 * i - 7;
	}
	assert_int_equal(algebra_ridge(x, a, y, free_of, 10, 2, 1, &err), 0);
	near(x[0], 3);
	near(x[1], -7);
	assert_int_equal(algebra_ridge(x, a, y, heavy, 10, 2, 1, &err), 0);
	assert_true(fabs(x[0]) < 1e-6);
	near(round(x[1] * 1e6) / 1e6, 6.5);
	assert_int_equal(algebra_ridge(x, twin, y, free_of, 10, 2, 1, &err),
			 -1);
	assert_int_equal(err.status, ERR_DATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(product_in_all_four_layouts),
		cmocka_unit_test(eigenvalues_of_a_path_graph),
		cmocka_unit_test(what_is_not_finite_is_refused),
		cmocka_unit_test(ridge_recovers_a_line_and_shrinks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
