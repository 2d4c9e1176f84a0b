/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static void kernels_match_the_scalar_reference(void **state)
{
	struct data d;
	float t[MAX];
	size_t n, i, offset;

	(void)state;
	fill(&d, 7);
	for (n = 0; n < 200; n++) {
		for (offset = 0; offset < 3; offset++) {
			const float *a = d.a + offset, *b = d.b + offset;

			for (i = 0; i < n; i++)
				t[i] = a[i] * b[i];
			assert_true(vector_dot(a, b, n) == ordered(t, n));
			for (i = 0; i < n; i++)
				t[i] = (a[i] - b[i]) * (a[i] - b[i]);
			assert_true(vector_distance2(a, b, n) == ordered(t, n));
			for (i = 0; i < n; i++)
				t[i] = a[i] * (float)d.p[i + offset];
			assert_true(vector_dot_mixed(a, d.p + offset, n) ==
				    ordered(t, n));
		}
	}
}

static void integer_dot_is_exact(void **state)
{
	struct data d;
	size_t n, i;

	(void)state;
	fill(&d, 8);
	memset(d.p, -127, 64);
	memset(d.q, -127, 64);
	for (n = 0; n <= MAX; n++) {
		int32_t sum = 0;

		for (i = 0; i < n; i++)
			sum += d.p[i] * d.q[i];
		assert_int_equal(vector_dot_i8(d.p, d.q, n), sum);
	}
}

static void updates_match_the_scalar_reference(void **state)
{
	struct data d, e;
	size_t n, i;

	(void)state;
	for (n = 0; n < 100; n++) {
		fill(&d, 9);
		e = d;
		vector_axpy(d.a + 1, 0.3f, d.b, n);
		vector_axpy_i8(d.a + 1, -1.7f, d.p + 3, n);
		vector_scale(d.b + 1, 0.7f, n);
		for (i = 0; i < n; i++) {
			e.a[i + 1] += 0.3f * e.b[i];
			e.a[i + 1] += -1.7f * (float)e.p[i + 3];
		}
		for (i = 0; i < n; i++)
			e.b[i + 1] *= 0.7f;
		assert_memory_equal(d.a, e.a, sizeof(d.a));
		assert_memory_equal(d.b, e.b, sizeof(d.b));
	}
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
		cmocka_unit_test(integer_dot_is_exact),
		cmocka_unit_test(updates_match_the_scalar_reference),
		cmocka_unit_test(normalising_leaves_what_has_no_direction),
		cmocka_unit_test(quantising_errs_by_half_a_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
