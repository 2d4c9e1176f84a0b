/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "learn/lsa.h"
#include "math/algebra.h"
#include "math/random.h"

enum { ROWS = 300, COLS = 120, RANK = 20 };

struct sparse {
	size_t start[ROWS + 1];
	uint32_t index[ROWS * COLS];
	float value[ROWS * COLS];
	double dense[ROWS * COLS];
	struct lsa_matrix m;
};

static struct sparse *from_dense(const double *dense)
{
	struct sparse *s = mem_zalloc(1, sizeof(*s));
	size_t i, j, n = 0;

	for (i = 0; i < ROWS; i++) {
		s->start[i] = n;
		for (j = 0; j < COLS; j++) {
			s->dense[i * COLS + j] =
			    (double)(float)dense[i * COLS + j];
			if (dense[i * COLS + j] == 0)
				continue;
			s->index[n] = (uint32_t)j;
			s->value[n++] = (float)dense[i * COLS + j];
		}
	}
	s->start[ROWS] = n;
	s->m = (struct lsa_matrix){ .rows = ROWS,
				    .cols = COLS,
				    .start = s->start,
				    .index = s->index,
				    .value = s->value };
	return s;
}

/* One value in ten, of columns that matter less and less. */
static struct sparse *decaying(void)
{
	double *d = mem_zalloc(ROWS * COLS, sizeof(*d));
	struct random r;
	struct sparse *s;
	size_t i;

	random_seed(&r, 1, 0);
	for (i = 0; i < ROWS * COLS; i++)
		if (random_below(&r, 10) == 0)
			d[i] =
			    random_normal(&r) * exp(-0.05 * (double)(i % COLS));
	s = from_dense(d);
	free(d);
	return s;
}

static void agrees_with_lapack(void **state)
{
	struct sparse *s = decaying();
	double *gram = mem_zalloc(COLS * COLS, sizeof(*gram)), values[COLS];
	float *v = mem_zalloc(COLS * RANK, sizeof(*v));
	double sigma[RANK];
	struct err err;
	size_t k, i;

	(void)state;
	algebra_gemm(gram, s->dense, true, s->dense, false, COLS, COLS, ROWS);
	assert_int_equal(algebra_eigen(gram, COLS, values, &err), 0);
	assert_int_equal(lsa_fit(&s->m, RANK, 4, 1, 1, v, sigma, &err), 0);
	for (k = 0; k < RANK; k++) {
		double cosine = 0;

		assert_true(fabs(sigma[k] - sqrt(values[k])) <
			    1e-4 * sqrt(values[0]));
		for (i = 0; i < COLS; i++)
			cosine += (double)v[i * RANK + k] * gram[k * COLS + i];
		assert_true(k > 15 || fabs(cosine) > 0.999);
	}
	free(gram);
	free(v);
	free(s);
}

/* u v' + 0.5 w x' with orthogonal u, w and v, x: singular values known. */
static void finds_a_known_low_rank(void **state)
{
	double *d = mem_zalloc(ROWS * COLS, sizeof(*d)), sigma[RANK];
	float *v = mem_zalloc(COLS * RANK, sizeof(*v));
	struct sparse *s;
	struct err err;
	size_t i, j, k;

	(void)state;
	for (i = 0; i < ROWS; i++)
		for (j = 0; j < COLS; j++)
			d[i * COLS + j] =
			    1 + (i % 2 ? 0.5 : -0.5) * (j % 2 ? 1 : -1);
	s = from_dense(d);
	assert_int_equal(lsa_fit(&s->m, RANK, 4, 1, 2, v, sigma, &err), 0);
	assert_true(fabs(sigma[0] - sqrt(ROWS * COLS)) < 1e-3);
	assert_true(fabs(sigma[1] - 0.5 * sqrt(ROWS * COLS)) < 1e-3);
	for (k = 2; k < RANK; k++) {
		assert_true(sigma[k] < 1e-2);
		for (i = 0; i < COLS && sigma[k] == 0; i++)
			assert_true(v[i * RANK + k] == 0);
	}
	assert_true(fabsf(fabsf(v[0]) - 1 / sqrtf(COLS)) < 1e-5f);
	free(d);
	free(v);
	free(s);
}

static void threads_change_no_byte(void **state)
{
	struct sparse *s = decaying();
	float *one = mem_zalloc(COLS * RANK, sizeof(*one));
	float *many = mem_zalloc(COLS * RANK, sizeof(*many));
	double a[RANK], b[RANK];
	struct err err;
	int threads;

	(void)state;
	assert_int_equal(lsa_fit(&s->m, RANK, 3, 1, 1, one, a, &err), 0);
	for (threads = 2; threads < 6; threads++) {
		assert_int_equal(
		    lsa_fit(&s->m, RANK, 3, 1, threads, many, b, &err), 0);
		assert_memory_equal(a, b, sizeof(a));
		assert_memory_equal(one, many, COLS * RANK * sizeof(*one));
	}
	free(one);
	free(many);
	free(s);
}

/* The rows of a matrix are the same whether they are given as compressed or as
 * dense ones; those of the columns that the dense part lacks stay 0. */
static void dense_rows_count_like_the_others(void **state)
{
	enum { SPARSE = 200, DENSE = ROWS - SPARSE, SHARE = COLS / 2 };
	struct sparse *all = decaying(), *upper;
	double *d = mem_zalloc(ROWS * COLS, sizeof(*d));
	float *dense = mem_zalloc(SHARE * DENSE, sizeof(*dense));
	float *one = mem_zalloc(COLS * RANK, sizeof(*one));
	float *two = mem_zalloc(COLS * RANK, sizeof(*two));
	uint32_t index[SHARE];
	double a[RANK], b[RANK];
	struct err err;
	size_t i, j, k;

	(void)state;
	memcpy(d, all->dense, ROWS * COLS * sizeof(*d));
	for (i = SPARSE; i < ROWS; i++)
		for (j = 0; j < COLS; j += 2)
			d[i * COLS + j] = 0;
	for (j = 0; j < SHARE; j++) {
		index[j] = (uint32_t)(COLS - 1 - 2 * j);
		for (i = 0; i < DENSE; i++)
			dense[j * DENSE + i] =
			    (float)d[(SPARSE + i) * COLS + index[j]];
	}
	free(all);
	all = from_dense(d);
	upper = from_dense(d);
	upper->m.rows = SPARSE;
	upper->m.dense_rows = DENSE;
	upper->m.dense_cols = SHARE;
	upper->m.dense_index = index;
	upper->m.dense = dense;
	assert_int_equal(lsa_fit(&all->m, RANK, 8, 1, 1, one, a, &err), 0);
	assert_int_equal(lsa_fit(&upper->m, RANK, 8, 1, 2, two, b, &err), 0);
	for (k = 0; k < RANK; k++) {
		double cosine = 0;

		assert_true(fabs(a[k] - b[k]) < 1e-4 * a[0]);
		for (i = 0; i < COLS; i++)
			cosine += (double)one[i * RANK + k] *
				  (double)two[i * RANK + k];
		assert_true(k > 10 || fabs(cosine) > 0.999);
	}
	free(d);
	free(dense);
	free(one);
	free(two);
	free(all);
	free(upper);
}

static void fewer_columns_than_rank(void **state)
{
	size_t start[] = { 0, 1, 2 };
	uint32_t index[] = { 0, 1 };
	float value[] = { 3, 4 }, v[2 * RANK];
	struct lsa_matrix m = { .rows = 2,
				.cols = 2,
				.start = start,
				.index = index,
				.value = value };
	double sigma[RANK];
	struct err err;
	int k;

	(void)state;
	assert_int_equal(lsa_fit(&m, RANK, 4, 1, 1, v, sigma, &err), 0);
	assert_true(fabs(sigma[0] - 4) < 1e-6 && fabs(sigma[1] - 3) < 1e-6);
	assert_true(fabsf(v[RANK] - 1) < 1e-6f);
	assert_true(fabsf(v[1] - 1) < 1e-6f);
	for (k = 2; k < RANK; k++)
		assert_true(sigma[k] == 0 && v[k] == 0 && v[RANK + k] == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_lapack),
		cmocka_unit_test(finds_a_known_low_rank),
		cmocka_unit_test(threads_change_no_byte),
		cmocka_unit_test(dense_rows_count_like_the_others),
		cmocka_unit_test(fewer_columns_than_rank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
