/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "index/codes.h"
#include "math/random.h"

enum { MOST = CODES_DIM };

static void gaussian(float *x, size_t dim, size_t bits, uint64_t stream)
{
	struct random r;
	double norm2 = 0;

	random_seed(&r, 9, stream);
	memset(x, 0, bits * sizeof(*x));
	for (size_t i = 0; i < dim; i++) {
		x[i] = (float)random_normal(&r);
		norm2 += (double)x[i] * x[i];
	}
	for (size_t i = 0; i < dim; i++)
		x[i] = (float)(x[i] / sqrt(norm2));
}

static double dot(const float *a, const float *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)a[i] * b[i];
	return sum;
}

static void rotation_keeps_products(void **state)
{
	static const size_t dims[] = { 1,   2,   17,   64,   100,  256,
				       384, 768, 1000, 1024, 1536, 4096 };
	float a[MOST], b[MOST];

	(void)state;
	for (size_t i = 0; i < sizeof(dims) / sizeof(*dims); i++) {
		size_t bits = codes_bits(dims[i]);
		struct codes *c = codes_new(dims[i]);
		double before;

		gaussian(a, dims[i], bits, 1);
		gaussian(b, dims[i], bits, 2);
		before = dot(a, b, bits);
		codes_rotate(c, a);
		codes_rotate(c, b);
		assert_float_equal(dot(a, b, bits), before, 1e-5);
		assert_float_equal(dot(a, a, bits), 1, 1e-5);
		codes_free(c);
	}
}

/* One spike is spread over all dimensions. */
static void rotation_spreads(void **state)
{
	struct codes *c = codes_new(384);
	float x[384];

	(void)state;
	for (size_t at = 0; at < 384; at++) {
		memset(x, 0, sizeof(x));
		x[at] = 1;
		codes_rotate(c, x);
		for (size_t i = 0; i < 384; i++)
			assert_true(fabsf(x[i]) < 0.4f);
	}
	codes_free(c);
}

/* The looked-up score is factor * sum over signs, but for the bytes of the
 * tables; and it estimates the inner product with the stated deviation. */
static void check_estimates(size_t dim)
{
	enum { BLOCKS = 20 };
	size_t size = codes_block_size(dim), n = BLOCKS * CODES_BLOCK;
	uint8_t *blocks = mem_zalloc(BLOCKS, size), *table = mem_zalloc(8, dim);
	float(*x)[MOST] = mem_zalloc(n, sizeof(*x)), query[MOST];
	float *score = mem_zalloc(n, sizeof(*score));
	struct codes *c = codes_new(dim);
	double bias = 0, deviation = 0;
	struct codes_query q;

	gaussian(query, dim, dim, 0);
	codes_rotate(c, query);
	codes_query(&q, query, dim, table);
	for (size_t i = 0; i < n; i++) {
		gaussian(x[i], dim, dim, i + 1);
		codes_rotate(c, x[i]);
		codes_put(blocks + i / CODES_BLOCK * size, i % CODES_BLOCK, dim,
			  x[i], (uint32_t)i);
	}
	codes_scores(&q, blocks, BLOCKS, 0.25f, score);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *b = blocks + i / CODES_BLOCK * size;
		float f = codes_factors(b, dim)[i % CODES_BLOCK];
		double sum = 0, error;

		for (size_t j = 0; j < dim; j++)
			sum += x[i][j] > 0 ? query[j] : -query[j];
		assert_float_equal(score[i], 0.25 + f * sum,
				   f * q.step * 0.5 * dim / 4 + 1e-6);
		assert_int_equal(codes_rows(b, dim)[i % CODES_BLOCK], i);
		error = (score[i] - 0.25 - dot(x[i], query, dim)) / f;
		bias += error / (double)n;
		deviation += error * error / (double)n;
	}
	assert_float_equal(sqrt(deviation), CODES_DEVIATION, 0.06);
	assert_float_equal(bias, 0, 0.12);
	codes_free(c);
	free(blocks);
	free(table);
	free(x);
	free(score);
}

static void scores_are_estimates(void **state)
{
	(void)state;
	check_estimates(384);
	check_estimates(1024);
	check_estimates(1040);
	check_estimates(MOST);
}

static void codes_move_between_blocks(void **state)
{
	enum { DIM = 40 };
	size_t size = codes_block_size(DIM);
	uint8_t *a = mem_zalloc(3, size), *b = a + size, *right = b + size;
	float x[48];

	(void)state;
	codes_clear(a, DIM);
	codes_clear(b, DIM);
	codes_clear(right, DIM);
	for (size_t i = 0; i < CODES_BLOCK; i++)
		assert_int_equal(codes_rows(a, DIM)[i], CODES_NONE);
	gaussian(x, DIM, 48, 3);
	codes_put(a, 7, DIM, x, 70);
	codes_put(right, 30, DIM, x, 300);
	codes_move(b, 30, a, 7, DIM, 300);
	assert_memory_equal(b, right, size);
	free(a);
}

static void zeros_score_the_base(void **state)
{
	enum { DIM = 32 };
	uint8_t *block = mem_zalloc(1, codes_block_size(DIM)), table[8 * DIM];
	float x[DIM] = { 0 }, score[CODES_BLOCK];
	struct codes_query q;

	(void)state;
	codes_clear(block, DIM);
	codes_put(block, 0, DIM, x, 1);
	codes_query(&q, x, DIM, table);
	codes_scores(&q, block, 1, 0.5f, score);
	for (size_t i = 0; i < CODES_BLOCK; i++)
		assert_true(score[i] == 0.5f);
	free(block);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rotation_keeps_products),
		cmocka_unit_test(rotation_spreads),
		cmocka_unit_test(scores_are_estimates),
		cmocka_unit_test(codes_move_between_blocks),
		cmocka_unit_test(zeros_score_the_base),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
