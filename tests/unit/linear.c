/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linear layers against double precision, in every variant. */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "math/kernels.h"
#include "math/largepages.h"
#include "math/linear.h"
#include "math/rowwise.h"

static uint64_t seed = 1;

static float number(void)
{
	return (float)(rng_next(&seed) >> 40) / (float)(1 << 23) - 1;
}

static float *numbers(size_t n)
{
	float *p = mem_zalloc(n, sizeof(*p));

	for (size_t i = 0; i < n; i++)
		p[i] = number();
	return p;
}

/* A bound of the error of a sum of `in` products of values below 1. */
static double tolerance(enum linear_precision p, size_t in, double size)
{
	double n = (double)in;

	if (p == LINEAR_F32)
		return 1e-6 * (1 + size);
	if (p == LINEAR_BF16)
		return size / 128 + 1e-6;
	/* half a step of each factor, times the other */
	return 0.5 * n / 127 + 0.5 * n * 2 / 255 + 0.01;
}

static void check(const struct kernels *kernels, enum linear_precision p,
		  size_t rows, size_t in, size_t out)
{
	size_t stride = in + 3, y_stride = out + 2, first = out / 3;
	float *w = numbers(out * in), *bias = numbers(out);
	float *x = numbers(rows * stride), *y = numbers(rows * y_stride);
	struct linear *l = linear_new(in, out, p);
	struct linear_work work = { .kernels = kernels };

	linear_set(l, first, out - first, w + first * in, bias + first);
	linear_set(l, 0, first, w, bias);
	assert_int_equal(linear_in(l), in);
	assert_int_equal(linear_out(l), out);
	linear_apply(l, &work, x, stride, rows, LINEAR_IDENTITY, y, y_stride);
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < out; j++) {
			double sum = bias[j], size = 0;

			for (size_t k = 0; k < in; k++) {
				double t =
				    (double)x[i * stride + k] * w[j * in + k];

				sum += t;
				size += fabs(t);
			}
			assert_true(fabs(y[i * y_stride + j] - sum) <=
				    tolerance(p, in, size));
		}
	linear_work_release(&work);
	linear_free(l);
	free(w);
	free(bias);
	free(x);
	free(y);
}

static void test_sizes(void **state)
{
	const struct kernels *k;

	(void)state;
	for (size_t v = 0; (k = kernels_variant(v)); v++)
		for (int p = 0; p < 3; p++) {
			for (size_t rows = 1; rows <= 40; rows++)
				check(k, p, rows, 1 + rng_below(&seed, 200),
				      1 + rng_below(&seed, 100));
			check(k, p, 700, 33, 9);
			check(k, p, 100, 5000, 3);
		}
}

/* Rows alone, in company and in all variants: the same bits. */
static void same(enum linear_precision p)
{
	enum { ROWS = 35, IN = 203, OUT = 77 };
	float *w = numbers(OUT * IN), *bias = numbers(OUT);
	float *x = numbers(ROWS * IN);
	float *y = numbers(ROWS * OUT), *one = numbers(OUT);
	struct linear *l = linear_new(IN, OUT, p);
	struct linear_work work = { 0 };

	linear_set(l, 0, OUT, w, bias);
	linear_apply(l, &work, x, IN, ROWS, LINEAR_GELU, y, OUT);
	for (size_t i = 0; i < ROWS; i++)
		for (size_t v = 0; (work.kernels = kernels_variant(v)); v++) {
			linear_apply(l, &work, x + i * IN, IN, 1, LINEAR_GELU,
				     one, OUT);
			assert_memory_equal(one, y + i * OUT,
					    OUT * sizeof(*one));
		}
	linear_work_release(&work);
	linear_free(l);
	free(w);
	free(bias);
	free(x);
	free(y);
	free(one);
}

static void test_same_bits(void **state)
{
	(void)state;
	for (int p = 0; p < 3; p++)
		same(p);
}

/* What int8 is said to be, in whole numbers. */
static void test_int8_exact(void **state)
{
	enum { IN = 4099, OUT = 37 };
	float *w = numbers(OUT * IN), *bias = numbers(OUT), *x = numbers(IN);
	float y[OUT], low = 0, high = 0, inverse, step;
	int32_t *q = mem_zalloc(IN, sizeof(*q)), zero;
	struct linear *l = linear_new(IN, OUT, LINEAR_INT8);
	struct linear_work work = { 0 };

	(void)state;
	/* The largest sums there can be: all of one sign. */
	for (size_t k = 0; k < IN; k++) {
		w[k] = 1;
		w[IN + k] = -1;
		x[k] = k ? fabsf(x[k]) : 3;
		low = fminf(low, x[k]);
		high = fmaxf(high, x[k]);
	}
	inverse = 255 / (high - low);
	step = (high - low) / 255;
	zero = (int32_t)rintf(-low * inverse);
	for (size_t k = 0; k < IN; k++)
		q[k] = (int32_t)rintf(x[k] * inverse) + zero;
	linear_set(l, 0, OUT, w, bias);
	for (size_t v = 0; (work.kernels = kernels_variant(v)); v++) {
		linear_apply(l, &work, x, IN, 1, LINEAR_IDENTITY, y, OUT);
		for (size_t j = 0; j < OUT; j++) {
			const float *row = w + j * IN;
			float peak = 0;
			double sum = 0, weights = 0, unit, most;

			for (size_t k = 0; k < IN; k++)
				peak = fmaxf(peak, fabsf(row[k]));
			for (size_t k = 0; k < IN; k++) {
				double weight = rintf(row[k] * (127 / peak));

				sum += q[k] * weight;
				weights += weight;
			}
			/* The sums are whole, what follows is not. */
			unit = (double)step * peak / 127;
			most = 4e-7 * unit * (fabs(sum) + fabs(zero * weights));
			assert_true(fabs(y[j] - (sum - zero * weights) * unit -
					 bias[j]) <=
				    most + 1e-7 * fabsf(bias[j]));
		}
	}
	linear_work_release(&work);
	linear_free(l);
	free(w);
	free(bias);
	free(x);
	free(q);
}

static void test_int8_odd_rows(void **state)
{
	enum { IN = 70, OUT = 5 };
	float *w = numbers(OUT * IN), bias[OUT] = { 1, 2, 3, 4, 5 };
	float x[4][IN] = { 0 }, y[4][OUT];
	struct linear *l = linear_new(IN, OUT, LINEAR_INT8);
	struct linear_work work = { 0 };

	(void)state;
	x[1][69] = NAN;
	x[2][3] = -INFINITY;
	x[3][0] = 3e38f;
	x[3][1] = -3e38f;
	memset(w + 2 * IN, 0, IN * sizeof(*w));
	w[3 * IN + 5] = NAN;
	linear_set(l, 0, OUT, w, bias);
	for (size_t v = 0; (work.kernels = kernels_variant(v)); v++) {
		linear_apply(l, &work, x[0], IN, 4, LINEAR_IDENTITY, y[0], OUT);
		for (size_t j = 0; j < OUT; j++) {
			assert_true(y[0][j] == bias[j] || j == 3);
			for (size_t i = 1; i < 4; i++)
				assert_true(isnan(y[i][j]));
		}
		assert_true(isnan(y[0][3]));
	}
	linear_work_release(&work);
	linear_free(l);
	free(w);
}

/* Fused functions are those of rowwise.h. */
static void test_functions(void **state)
{
	enum { ROWS = 17, IN = 50, OUT = 41 };
	float *w = numbers(OUT * IN), *x = numbers(ROWS * IN);
	float *y = numbers(ROWS * OUT), *z = numbers(ROWS * OUT);
	struct linear_work work = { 0 };

	(void)state;
	for (int p = 0; p < 3; p++) {
		struct linear *l = linear_new(IN, OUT, p);

		linear_set(l, 0, OUT, w, NULL);
		for (int f = 0; f <= LINEAR_SILU; f++) {
			linear_apply(l, &work, x, IN, ROWS, LINEAR_IDENTITY, z,
				     OUT);
			rowwise_function(p == LINEAR_INT8 && f == LINEAR_GELU
					     ? LINEAR_GELU_NEAR
					     : f,
					 z, ROWS * OUT);
			for (size_t v = 0; (work.kernels = kernels_variant(v));
			     v++) {
				linear_apply(l, &work, x, IN, ROWS, f, y, OUT);
				assert_memory_equal(y, z,
						    ROWS * OUT * sizeof(*y));
			}
		}
		linear_free(l);
	}
	linear_work_release(&work);
	free(w);
	free(x);
	free(y);
	free(z);
}

static void test_large_pages(void **state)
{
	enum { IN = 40, OUT = 70 };
	struct largepages *m = largepages_new();
	float *w = numbers(OUT * IN), *x = numbers(IN), y[OUT], z[OUT];
	struct linear_work work = { 0 };
	struct linear *l[3][2];
	char *large;

	(void)state;
	for (int p = 0; p < 3; p++) {
		l[p][0] = linear_new(IN, OUT, p);
		l[p][1] = linear_new_in(m, IN, OUT, p);
		linear_set(l[p][0], 0, OUT, w, NULL);
		linear_set(l[p][1], 0, OUT, w, NULL);
	}
	large = largepages_take(m, (size_t)100 << 20);
	assert_int_equal((uintptr_t)large % 64, 0);
	large[0] = large[((size_t)100 << 20) - 1] = 1;
	for (int p = 0; p < 3; p++) {
		linear_apply(l[p][0], &work, x, IN, 1, LINEAR_RELU, y, OUT);
		linear_apply(l[p][1], &work, x, IN, 1, LINEAR_RELU, z, OUT);
		assert_memory_equal(y, z, sizeof(y));
		linear_free(l[p][0]);
		linear_free(l[p][1]);
	}
	largepages_free(m);
	linear_work_release(&work);
	free(w);
	free(x);
}

static void test_unset(void **state)
{
	float x[3] = { 1, 2, 3 }, y[2] = { 9, 9 };
	struct linear_work work = { 0 };

	(void)state;
	for (int p = 0; p < 3; p++) {
		struct linear *l = linear_new(3, 2, p);

		linear_apply(l, &work, x, 3, 1, LINEAR_IDENTITY, y, 2);
		assert_true(y[0] == 0 && y[1] == 0);
		linear_free(l);
	}
	linear_work_release(&work);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_same_bits),
		cmocka_unit_test(test_int8_exact),
		cmocka_unit_test(test_int8_odd_rows),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_large_pages),
		cmocka_unit_test(test_unset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
