/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "learn/kernelridge.h"
#include "math/random.h"

enum { N = 37, M = 3 };

/* What comes out solves the system. */
static void test_solves(void **state)
{
	static double x[N][N], k[N * N], y[N * M], c[N * M];
	struct random r;
	struct err err;

	(void)state;
	random_seed(&r, 3, 0);
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++)
			x[i][j] = random_normal(&r);
	for (int i = 0; i < N * M; i++)
		y[i] = random_normal(&r);
	for (int i = 0; i < N; i++)
		for (int j = 0; j < N; j++) {
			/* Only the upper triangle is read. */
			k[i * N + j] = 0;
			for (int l = 0; l < N && j >= i; l++)
				k[i * N + j] += x[i][l] * x[j][l];
		}
	assert_int_equal(kernelridge(k, y, 0.5, N, M, c, &err), 0);
	for (int i = 0; i < N; i++)
		for (int o = 0; o < M; o++) {
			double sum = 0.5 * c[i * M + o];

			for (int j = 0; j < N; j++)
				sum += k[(i < j ? i * N + j : j * N + i)] *
				       c[j * M + o];
			assert_true(fabs(sum - y[i * M + o]) < 1e-8);
		}
}

static void test_singular(void **state)
{
	double k[4] = { 1, 1, 1, 1 }, y[2] = { 1, 2 }, c[2];
	struct err err;

	(void)state;
	assert_int_equal(kernelridge(k, y, 0, 2, 1, c, &err), -1);
	assert_string_equal(err.code, "singular");
	assert_int_equal(kernelridge(k, y, 1, 2, 1, c, &err), 0);
	k[3] = NAN;
	assert_int_equal(kernelridge(k, y, 1, 2, 1, c, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_solves),
		cmocka_unit_test(test_singular),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
