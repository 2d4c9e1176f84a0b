/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "math/random.h"
#include "math/vector.h"

enum { MAX = 515 };

struct data {
	float a[MAX], b[MAX];
	int8_t p[MAX], q[MAX];
};

static void fill(struct data *d, uint64_t seed)
{
	struct random r;
	size_t i;

	random_seed(&r, seed, 0);
	for (i = 0; i < MAX; i++) {
		d->a[i] = (float)random_normal(&r);
		d->b[i] = (float)random_normal(&r);
		d->p[i] = (int8_t)((int)random_below(&r, 255) - 127);
		d->q[i] = (int8_t)((int)random_below(&r, 255) - 127);
	}
}

/* The documented order of summation, spelt out. */
static float ordered(const float *terms, size_t n)
{
	float acc[32] = { 0 }, s[8], tail = 0;
	size_t i, k;

	for (i = 0; i + 32 <= n; i += 32)
		for (k = 0; k < 32; k++)
			acc[k] += terms[i + k];
	for (; i < n; i++)
		tail += terms[i];
	for (k = 0; k < 8; k++)
		s[k] = (acc[k] + acc[k + 8]) + (acc[k + 16] + acc[k + 24]);
	return ((s[0] + s[4]) + (s[2] + s[6])) +
	       ((s[1] + s[5]) + (s[3] + s[7])) + tail;
}

static void check_floats(const struct vector_kernels *v, const struct data *d,
			 size_t n, size_t offset)
{
	const float *a = d->a + offset, *b = d->b + offset;
	float t[MAX];
	size_t i;

	for (i = 0; i < n; i++)
		t[i] = a[i] * b[i];
	assert_true(v->dot(a, b, n) == ordered(t, n));
	for (i = 0; i < n; i++)
		t[i] = (a[i] - b[i]) * (a[i] - b[i]);
	assert_true(v->distance2(a, b, n) == ordered(t, n));
	for (i = 0; i < n; i++)
		t[i] = a[i] * (float)d->p[i + offset];
	assert_true(v->dot_mixed(a, d->p + offset, n) == ordered(t, n));
}

static void kernels_match_the_scalar_reference(void **state)
{
	const struct vector_kernels *v;
	struct data d;
	size_t n, i, offset;

	(void)state;
	fill(&d, 7);
	for (i = 0; (v = vector_variant(i)); i++)
		for (n = 0; n <= 200; n++)
			for (offset = 0; offset < 3; offset++)
				check_floats(v, &d, n, offset);
	assert_true(vector_dot(d.a, d.b, 99) ==
		    vector_variant(0)->dot(d.a, d.b, 99));
	assert_true(vector_distance2(d.a, d.b, 99) ==
		    vector_variant(0)->distance2(d.a, d.b, 99));
	assert_true(vector_dot_mixed(d.a, d.p, 99) ==
		    vector_variant(0)->dot_mixed(d.a, d.p, 99));
}

static void the_best_variant_is_the_last(void **state)
{
	size_t i = 0;

	(void)state;
	assert_string_equal(vector_variant(0)->name, "c");
	while (vector_variant(i + 1))
		i++;
	assert_ptr_equal(vector_kernels(), vector_variant(i));
	assert_null(vector_variant(i + 100));
}

static int32_t integer_dot(const int8_t *a, const int8_t *b, size_t n)
{
	int32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

static void integer_dot_is_exact(void **state)
{
	const struct vector_kernels *v;
	struct data d;
	size_t n, i;

	(void)state;
	fill(&d, 8);
	memset(d.p, -128, 64);
	memset(d.q, -128, 64);
	memset(d.p + 64, 127, 64);
	memset(d.q + 64, -128, 64);
	for (i = 0; (v = vector_variant(i)); i++)
		for (n = 0; n + 1 < MAX; n++) {
			assert_int_equal(v->dot_i8(d.p, d.q, n),
					 integer_dot(d.p, d.q, n));
			assert_int_equal(v->dot_i8(d.p + 1, d.q, n),
					 integer_dot(d.p + 1, d.q, n));
		}
	assert_int_equal(vector_dot_i8(d.p, d.q, 300),
			 integer_dot(d.p, d.q, 300));
}

static void the_longest_integer_dot_does_not_overflow(void **state)
{
	const struct vector_kernels *v;
	const size_t n = 131000;
	int8_t *low = malloc(n), *high = malloc(n);

	(void)state;
	assert_true(low && high);
	memset(low, -128, n);
	memset(high, 127, n);
	for (size_t i = 0; (v = vector_variant(i)); i++) {
		assert_int_equal(v->dot_i8(low, low, n), 16384 * 131000);
		assert_int_equal(v->dot_i8(low, high, n), -16256 * 131000);
		assert_int_equal(v->dot_i8(high, low, n), -16256 * 131000);
		assert_int_equal(v->dot_i8(high, high, n), 16129 * 131000);
	}
	free(low);
	free(high);
}

enum { ROWS = 23, ROOM = 211 };

/* Rows in a block that ends with the last: nothing behind it is read. */
static void check_batch(const struct vector_kernels *v, const int8_t *q,
			const int8_t *all, size_t n, size_t stride,
			size_t count)
{
	size_t size = count ? (count - 1) * stride + n : 0;
	int8_t *rows = malloc(size + 1);
	int32_t out[ROWS + 1], at[ROWS + 1];
	uint32_t which[ROWS];

	assert_non_null(rows);
	memcpy(rows, all, size);
	out[count] = at[count] = 77;
	for (size_t i = 0; i < count; i++)
		which[i] = (uint32_t)(i * 7 % count);
	v->dots_i8(q, n, rows, stride, NULL, count, out);
	v->dots_i8(q, n, rows, stride, which, count, at);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(out[i], integer_dot(q, rows + i * stride, n));
		assert_int_equal(at[i],
				 integer_dot(q, rows + which[i] * stride, n));
	}
	assert_int_equal(out[count], 77);
	assert_int_equal(at[count], 77);
	free(rows);
}

static void batches_are_the_single_products(void **state)
{
	const struct vector_kernels *v;
	static int8_t all[ROWS * ROOM];
	int8_t q[200];
	int32_t out[2], at[2];
	struct random r;

	(void)state;
	random_seed(&r, 11, 0);
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (int8_t)((int)random_below(&r, 256) - 128);
	for (size_t i = 0; i < sizeof(q); i++)
		q[i] = (int8_t)((int)random_below(&r, 256) - 128);
	for (size_t i = 0; (v = vector_variant(i)); i++)
		for (size_t n = 0; n <= sizeof(q); n++)
			for (size_t k = 0; k < 3; k++)
				check_batch(v, q, all, n, n + k * 5,
					    (n * 3 + k) % (ROWS + 1));
	vector_dots_i8(q, 100, all, 100, 2, out);
	vector_dots_i8_at(q, 100, all, 100, (uint32_t[2]){ 1, 0 }, 2, at);
	assert_int_equal(out[0], integer_dot(q, all, 100));
	assert_int_equal(at[0], out[1]);
	assert_int_equal(at[1], out[0]);
}

static void updates_match_the_scalar_reference(void **state)
{
	const struct vector_kernels *v;
	struct data d, e;
	size_t n, i;

	(void)state;
	for (n = 0; n < 500; n++) {
		v = vector_variant(n % 5) ? vector_variant(n % 5)
					  : vector_kernels();
		fill(&d, 9);
		e = d;
		v->axpy(d.a + 1, 0.3f, d.b, n / 5);
		v->axpy_i8(d.a + 1, -1.7f, d.p + 3, n / 5);
		v->scale(d.b + 1, 0.7f, n / 5);
		for (i = 0; i < n / 5; i++) {
			e.a[i + 1] += 0.3f * e.b[i];
			e.a[i + 1] += -1.7f * (float)e.p[i + 3];
		}
		for (i = 0; i < n / 5; i++)
			e.b[i + 1] *= 0.7f;
		assert_memory_equal(d.a, e.a, sizeof(d.a));
		assert_memory_equal(d.b, e.b, sizeof(d.b));
	}
	vector_axpy(d.a, 2, d.b, 9);
	vector_axpy_i8(d.a, 2, d.p, 9);
	vector_scale(d.a, 2, 9);
	for (i = 0; i < 9; i++)
		e.a[i] = (e.a[i] + 2 * e.b[i] + 2 * (float)e.p[i]) * 2;
	assert_memory_equal(d.a, e.a, sizeof(d.a));
}

static void normalising_leaves_what_has_no_direction(void **state)
{
	float x[3] = { 3, 0, 4 }, zero[3] = { 0 }, bad[2] = { INFINITY, 1 };

	(void)state;
	assert_true(vector_normalise(x, 3) == 5);
	assert_true(fabsf(vector_dot(x, x, 3) - 1) < 1e-6f);
	assert_true(vector_normalise(zero, 3) == 0);
	assert_true(vector_normalise(bad, 2) == 0);
	assert_true(bad[1] == 1);
}

static void quantising_errs_by_half_a_step(void **state)
{
	struct data d;
	int8_t q[MAX];
	float scale;
	size_t i;

	(void)state;
	fill(&d, 10);
	scale = vector_quantise(d.a, q, MAX);
	for (i = 0; i < MAX; i++)
		assert_true(fabsf(d.a[i] - scale * (float)q[i]) <=
			    0.5001f * scale);
	memset(d.a, 0, sizeof(d.a));
	assert_true(vector_quantise(d.a, q, MAX) == 0);
	assert_int_equal(q[5], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernels_match_the_scalar_reference),
		cmocka_unit_test(the_best_variant_is_the_last),
		cmocka_unit_test(integer_dot_is_exact),
		cmocka_unit_test(the_longest_integer_dot_does_not_overflow),
		cmocka_unit_test(batches_are_the_single_products),
		cmocka_unit_test(updates_match_the_scalar_reference),
		cmocka_unit_test(normalising_leaves_what_has_no_direction),
		cmocka_unit_test(quantising_errs_by_half_a_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
