/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products against double precision, every variant, view and odd size. */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "math/kernels.h"
#include "math/matmul.h"

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

static float at(const struct matrix *m, size_t i, size_t j)
{
	return m->transposed ? m->p[j * m->stride + i]
			     : m->p[i * m->stride + j];
}

static float rounded(float x)
{
	uint32_t u;

	memcpy(&u, &x, sizeof(u));
	u = (u + 0x7fff + (u >> 16 & 1)) & 0xffff0000;
	memcpy(&x, &u, sizeof(u));
	return x;
}

/* A view of rows by columns with a stride that is more than needed. */
static struct matrix view(size_t rows, size_t columns, bool transposed)
{
	size_t stride = (transposed ? rows : columns) + rng_below(&seed, 5);

	return (struct matrix){ numbers(stride * (transposed ? columns : rows)),
				stride, transposed };
}

static void check(const struct kernels *kernels, bool bf16, bool add, size_t m,
		  size_t n, size_t k, bool ta, bool tb)
{
	struct matmul_work w = { .kernels = kernels };
	struct matrix a = view(m, k, ta), b = view(k, n, tb);
	size_t stride = n + 3;
	float *c = numbers(m * stride), *old = mem_dup(c, m * stride * 4);

	if (bf16)
		matmul_bf16(&w, c, stride, add, a, b, m, n, k);
	else
		matmul(&w, c, stride, add, a, b, m, n, k);
	for (size_t i = 0; i < m; i++) {
		for (size_t j = 0; j < n; j++) {
			double sum = add ? old[i * stride + j] : 0, size = 1;

			for (size_t l = 0; l < k; l++) {
				double x = at(&a, i, l), y = at(&b, l, j);

				if (bf16) {
					x = rounded((float)x);
					y = rounded((float)y);
				}
				sum += x * y;
				size += fabs(x * y);
			}
			assert_true(fabs(c[i * stride + j] - sum) <=
				    1e-6 * size);
		}
		for (size_t j = n; j < stride; j++)
			assert_true(c[i * stride + j] == old[i * stride + j]);
	}
	matmul_work_release(&w);
	free((float *)a.p);
	free((float *)b.p);
	free(c);
	free(old);
}

static void test_sizes(void **state)
{
	const struct kernels *k;

	(void)state;
	for (size_t v = 0; (k = kernels_variant(v)); v++) {
		for (size_t m = 1; m <= 40; m++) {
			uint64_t r = rng_next(&seed);

			check(k, r & 1, r & 2, m, 1 + r / 16 % 80,
			      1 + r / 4096 % 150, r & 4, r & 8);
		}
		for (int i = 0; i < 16; i++)
			check(k, i & 1, i & 2, 33, 47, 61, i & 4, i & 8);
		check(k, false, false, 3, 1100, 7, false, true);
		check(k, false, true, 200, 5, 1100, true, false);
		check(k, true, true, 5, 40, 2100, true, true);
		check(k, false, false, 3, 4, 0, false, false);
		check(k, true, true, 3, 4, 0, false, false);
	}
}

/* All variants and any company of rows give what fmaf() in order gives. */
static void test_same_bits(void **state)
{
	enum { M = 37, N = 45, K = 700 };
	struct matrix a = view(M, K, false), b = view(K, N, false);
	float *c = mem_zalloc(M * N, sizeof(*c));
	float *want = mem_zalloc(M * N, sizeof(*c));
	const struct kernels *k;

	(void)state;
	for (size_t i = 0; i < M * N; i++)
		for (size_t l = 0; l < K; l++)
			want[i] =
			    fmaf(at(&a, i / N, l), at(&b, l, i % N), want[i]);
	for (size_t v = 0; (k = kernels_variant(v)); v++) {
		struct matmul_work w = { .kernels = k };

		for (size_t from = 0; from < M; from += 12) {
			struct matrix rows = { a.p + from * a.stride, a.stride,
					       false };
			size_t n = M - from < 23 ? M - from : 23;

			matmul(&w, c, N, false, rows, b, n, N, K);
			assert_memory_equal(c, want + from * N,
					    n * N * sizeof(*c));
		}
		matmul_work_release(&w);
	}
	free((float *)a.p);
	free((float *)b.p);
	free(c);
	free(want);
}

/* bfloat16: the odd term, then the even, in all variants but where subnormals
 * come in. */
static void test_bf16_bits(void **state)
{
	enum { M = 19, N = 40, K = 1301 };
	struct matrix a = view(M, K, false), b = view(K, N, true);
	float *c = mem_zalloc(M * N, sizeof(*c));
	float *want = mem_zalloc(M * N, sizeof(*c));
	const struct kernels *k;

	(void)state;
	for (size_t i = 0; i < M * N; i++)
		for (size_t l = 0; l < K; l += 2) {
			if (l + 1 < K)
				want[i] = fmaf(rounded(at(&a, i / N, l + 1)),
					       rounded(at(&b, l + 1, i % N)),
					       want[i]);
			want[i] = fmaf(rounded(at(&a, i / N, l)),
				       rounded(at(&b, l, i % N)), want[i]);
		}
	for (size_t v = 0; (k = kernels_variant(v)); v++) {
		struct matmul_work w = { .kernels = k };

		matmul_bf16(&w, c, N, false, a, b, M, N, K);
		assert_memory_equal(c, want, M * N * sizeof(*c));
		matmul_work_release(&w);
	}
	free((float *)a.p);
	free((float *)b.p);
	free(c);
	free(want);
}

static void test_threads(void **state)
{
	const size_t sizes[][3] = { { 150, 70, 130 },
				    { 70, 300, 90 },
				    { 2000, 1, 900 } };
	struct matmul_work w[3] = { 0 };

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		const size_t *s = sizes[i % 3];
		bool ta = i & 1, tb = i & 2, bf16 = i & 4;
		struct matrix a = view(s[0], s[2], ta),
			      b = view(s[2], s[1], tb);
		size_t n = s[0] * s[1];
		float *c = numbers(n), *d = mem_dup(c, n * sizeof(*c));

		matmul_threads(w, 1, bf16, c, s[1], true, a, b, s[0], s[1],
			       s[2]);
		matmul_threads(w, 3, bf16, d, s[1], true, a, b, s[0], s[1],
			       s[2]);
		assert_memory_equal(c, d, n * sizeof(*c));
		free((float *)a.p);
		free((float *)b.p);
		free(c);
		free(d);
	}
	for (int i = 0; i < 3; i++)
		matmul_work_release(&w[i]);
}

static void test_not_finite(void **state)
{
	const struct kernels *k;

	(void)state;
	for (size_t v = 0; (k = kernels_variant(v)); v++)
		for (int bf16 = 0; bf16 < 2; bf16++) {
			struct matmul_work w = { .kernels = k };
			float a[3] = { 1, NAN, INFINITY }, b = 2, c[3];
			struct matrix x = { a, 1, false }, y = { &b, 1, false };

			(bf16 ? matmul_bf16 : matmul)(&w, c, 1, false, x, y, 3,
						      1, 1);
			assert_true(c[0] == 2 && isnan(c[1]) && isinf(c[2]));
			matmul_work_release(&w);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_same_bits),
		cmocka_unit_test(test_bf16_bits),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_not_finite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
