/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions of rows against double precision, in every variant. */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "math/kernels.h"
#include "math/rowwise.h"

static uint64_t seed = 1;

static float number(void)
{
	return (float)(rng_next(&seed) >> 40) / (float)(1 << 23) - 1;
}

static double value(enum linear_function f, double x)
{
	switch (f) {
	case LINEAR_GELU:
	case LINEAR_GELU_NEAR:
		return 0.5 * x * erfc(-x * M_SQRT1_2);
	case LINEAR_GELU_TANH:
		return 0.5 * x *
		       (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
	case LINEAR_RELU:
		return x > 0 ? x : 0;
	case LINEAR_TANH:
		return tanh(x);
	case LINEAR_SILU:
		return x / (1 + exp(-x));
	case LINEAR_IDENTITY:
		break;
	}
	return x;
}

/* All magnitudes and signs, and finely from -9 to 9. */
static void test_functions(void **state)
{
	enum { N = 400037 };
	float *x = mem_zalloc(N, sizeof(*x)), *y = mem_zalloc(N, sizeof(*y));
	float *first = mem_zalloc(N, sizeof(*y));
	const struct kernels *k;

	(void)state;
	for (size_t i = 0; i < N; i++)
		x[i] = i % 5 ? 9 * number()
			     : ldexpf(number(), (int)(i % 130) - 100);
	for (int f = 0; f <= LINEAR_SILU; f++)
		for (size_t v = 0; (k = kernels_variant(v)); v++) {
			memcpy(y, x, N * sizeof(*x));
			k->function(f, y, N, 1, N);
			for (size_t i = 0; i < N && !v; i++) {
				double want = value(f, x[i]);
				double error =
				    f == LINEAR_GELU_NEAR ? 2.1e-3 : 1e-6;

				assert_true(fabs(y[i] - want) <=
					    error * fmax(1, fabs(want)));
			}
			if (!v)
				memcpy(first, y, N * sizeof(*y));
			assert_memory_equal(y, first, N * sizeof(*y));
		}
	free(x);
	free(y);
	free(first);
}

static void test_gradients(void **state)
{
	enum { N = 50021 };
	float *x = mem_zalloc(N, sizeof(*x)), *dy = mem_zalloc(N, sizeof(*dy));
	float *dx = mem_zalloc(N, sizeof(*dx)), *first = mem_dup(dx, N * 4);
	const double h = 1e-5;
	const struct kernels *k;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		x[i] =
		    i % 5 ? 9 * number() : ldexpf(number(), (int)(i % 25) - 20);
		dy[i] = number();
	}
	for (int f = 0; f <= LINEAR_SILU; f++)
		for (size_t v = 0; (k = kernels_variant(v)); v++) {
			k->gradient(f, x, dy, dx, N);
			for (size_t i = 0; i < N && !v; i++) {
				double slope =
				    (value(f, x[i] + h) - value(f, x[i] - h)) /
				    (2 * h);

				if (f == LINEAR_RELU)
					slope = x[i] > 0;
				assert_true(fabs(dx[i] - slope * dy[i]) <=
					    3e-6);
			}
			if (!v)
				memcpy(first, dx, N * sizeof(*dx));
			assert_memory_equal(dx, first, N * sizeof(*dx));
		}
	free(x);
	free(dy);
	free(dx);
	free(first);
}

static void test_softmax(void **state)
{
	float x[600], y[600], first[600];
	const struct kernels *k;

	(void)state;
	for (size_t n = 1; n <= 600; n += n < 70 ? 1 : 53)
		for (size_t v = 0; (k = kernels_variant(v)); v++) {
			double peak = -INFINITY, sum = 0, total = 0;
			float scale;

			seed = n;
			for (size_t i = 0; i < n; i++) {
				y[i] = x[i] = 40 * number();
				peak = fmax(peak, x[i]);
			}
			for (size_t i = 0; i < n; i++)
				sum += exp(x[i] - peak);
			scale = 1 / k->exponentials(y, n, false);
			k->scale(y, scale, n);
			for (size_t i = 0; i < n; i++) {
				double want = exp(x[i] - peak) / sum;

				total += y[i];
				/* what exp makes of a rounded difference */
				assert_true(fabs(y[i] - want) <= 5e-6 * want);
			}
			assert_true(fabs(total - 1) <= 1e-5);
			if (!v)
				memcpy(first, y, sizeof(y));
			assert_memory_equal(y, first, n * sizeof(*y));
			rowwise_softmax(x, n);
			assert_memory_equal(x, first, n * sizeof(*y));
		}
}

static void test_near_exponentials(void **state)
{
	float x[600], y[600], first[600];
	const struct kernels *k;

	(void)state;
	for (size_t n = 1; n <= 600; n += n < 70 ? 1 : 53)
		for (size_t v = 0; (k = kernels_variant(v)); v++) {
			double peak = -INFINITY, total = 0;
			float sum;

			seed = n;
			for (size_t i = 0; i < n; i++) {
				y[i] = x[i] = i == 1   ? -INFINITY
					      : i == 2 ? -500
						       : 40 * number();
				peak = fmax(peak, x[i]);
			}
			sum = k->exponentials(y, n, true);
			for (size_t i = 0; i < n; i++) {
				double want = exp(x[i] - peak);

				total += y[i];
				assert_true(fabs(y[i] - want) <=
					    1.2e-4 * want + 1.2e-38);
			}
			assert_true(fabs(total / sum - 1) <= 1e-5);
			if (!v)
				memcpy(first, y, sizeof(y));
			assert_memory_equal(y, first, n * sizeof(*y));
		}
}

static void test_softmax_edges(void **state)
{
	float one[3] = { -INFINITY, 5, -INFINITY };
	float far[2] = { 0, -200 }, nan[20] = { 0, 1, NAN };
	float none[2] = { -INFINITY, -INFINITY };

	(void)state;
	rowwise_softmax(one, 3);
	assert_true(one[0] == 0 && one[1] == 1 && one[2] == 0);
	rowwise_softmax(far, 2);
	assert_true(far[0] == 1 && far[1] == 0);
	rowwise_softmax(nan, 20);
	for (int i = 0; i < 20; i++)
		assert_true(isnan(nan[i]));
	rowwise_softmax(none, 2);
	assert_true(isnan(none[0]) && isnan(none[1]));
}

static void test_norm(void **state)
{
	float x[600], gain[600], bias[600], y[600], first[600], statistics[2];
	float sum[600];
	const struct kernels *k;

	(void)state;
	for (size_t n = 1; n <= 600; n += n < 70 ? 1 : 53)
		for (size_t v = 0; (k = kernels_variant(v)); v++) {
			double mean = 0, variance = 0;

			seed = n;
			for (size_t i = 0; i < n; i++) {
				x[i] = 3 + 5 * number();
				gain[i] = number();
				bias[i] = number();
				mean += x[i] / (double)n;
			}
			for (size_t i = 0; i < n; i++)
				variance +=
				    (x[i] - mean) * (x[i] - mean) / (double)n;
			k->norm(x, n, gain, bias, 1e-5f, y, statistics);
			for (size_t i = 0; i < n; i++) {
				double want = (x[i] - mean) /
						  sqrt(variance + 1e-5) *
						  gain[i] +
					      bias[i];

				assert_true(n < 3 || fabs(y[i] - want) < 3e-5);
			}
			assert_true(fabs(statistics[0] - mean) < 1e-5);
			assert_true(fabs(statistics[1] * sqrt(variance + 1e-5) -
					 1) < 1e-3);
			if (!v)
				memcpy(first, y, sizeof(y));
			assert_memory_equal(y, first, n * sizeof(*y));
			/* of a sum: the same as of what was added before */
			memcpy(y, x, sizeof(y));
			k->add(y, bias, n);
			k->norm(y, n, gain, bias, 1e-5f, y, NULL);
			memcpy(sum, x, sizeof(sum));
			k->add_norm(sum, bias, 1, n, gain, bias, 1e-5f);
			assert_memory_equal(sum, y, n * sizeof(*y));
			rowwise_norm(x, n, gain, bias, 1e-5f, x, NULL);
			assert_memory_equal(x, first, n * sizeof(*y));
		}
}

/* Rows together are what each is alone. */
static void test_norm_of_rows(void **state)
{
	enum { ROWS = 11, N = 53 };
	float x[ROWS * N], y[ROWS * N], one[ROWS * N], gain[N], bias[N];
	const struct kernels *k;

	(void)state;
	for (size_t v = 0; (k = kernels_variant(v)); v++) {
		for (size_t i = 0; i < ROWS * N; i++) {
			one[i] = x[i] = number();
			y[i] = 3 * number();
			gain[i % N] = number();
			bias[i % N] = number();
		}
		k->add_norm(x, y, ROWS, N, gain, bias, 1e-5f);
		for (size_t i = 0; i < ROWS; i++)
			k->add_norm(one + i * N, y + i * N, 1, N, gain, bias,
				    1e-5f);
		assert_memory_equal(x, one, sizeof(x));
	}
}

static void test_not_finite(void **state)
{
	float x[3], y[2] = { 1, 2 };

	(void)state;
	for (int f = 0; f <= LINEAR_SILU; f++) {
		x[0] = NAN;
		x[1] = INFINITY;
		x[2] = -INFINITY;
		rowwise_function(f, x, 3);
		assert_true(isnan(x[0]));
		assert_true(f == LINEAR_TANH ? x[1] == 1 : isinf(x[1]));
	}
	x[0] = x[1] = 1;
	rowwise_add(x, y, 2);
	assert_true(x[0] == 2 && x[1] == 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_gradients),
		cmocka_unit_test(test_softmax),
		cmocka_unit_test(test_near_exponentials),
		cmocka_unit_test(test_softmax_edges),
		cmocka_unit_test(test_norm),
		cmocka_unit_test(test_norm_of_rows),
		cmocka_unit_test(test_not_finite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
