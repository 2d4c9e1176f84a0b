/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "math/dotmax.h"
#include "math/kmeans.h"
#include "math/random.h"
#include "math/vector.h"

static void fill(int8_t *q, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++)
		q[i] = (int8_t)((int)rng_below(&seed, 255) - 127);
}

static void naive(const int8_t *c, const float *scale, size_t n, size_t dim,
		  const int8_t *row, uint32_t *best, float *score)
{
	*best = 0;
	*score = -INFINITY;
	for (size_t i = 0; i < n; i++) {
		int32_t dot = 0;
		float s;

		for (size_t j = 0; j < dim; j++)
			dot += c[i * dim + j] * row[j];
		s = (float)dot * scale[i];
		if (s > *score) {
			*score = s;
			*best = (uint32_t)i;
		}
	}
}

static void dotmax_is_the_naive_loop(void **state)
{
	static const size_t shape[][3] = { /* vectors, dim, rows */
					   { 1, 1, 1 },     { 3, 5, 2 },
					   { 63, 37, 33 },  { 64, 64, 32 },
					   { 65, 384, 70 }, { 200, 130, 31 }
	};

	(void)state;
	for (size_t t = 0; t < sizeof(shape) / sizeof(*shape); t++) {
		size_t n = shape[t][0], dim = shape[t][1], rows = shape[t][2];
		int8_t *c = mem_alloc(n * dim), *q = mem_alloc(rows * dim);
		float *scale = mem_zalloc(n, sizeof(*scale));
		uint32_t *best = mem_zalloc(rows, sizeof(*best)), right;
		float *score = mem_zalloc(rows, sizeof(*score)), value;
		struct dotmax *m;

		fill(c, n * dim, t);
		fill(q, rows * dim, t + 100);
		for (size_t i = 0; i < n; i++)
			scale[i] = 0.01f + (float)(i % 3) * 0.001f;
		for (size_t j = 0; j < dim; j++) {
			if (n > 2) /* equals: the first wins */
				c[2 * dim + j] = c[j];
			if (t == 4) /* nothing above zero */
				q[j] = (int8_t)-c[j];
		}
		if (n > 2)
			scale[2] = scale[0];
		m = dotmax_new(c, scale, n, dim);
		dotmax_rows(m, q, rows, best, score);
		for (size_t i = 0; i < rows; i++) {
			naive(c, scale, n, dim, q + i * dim, &right, &value);
			assert_int_equal(best[i], right);
			assert_true(score[i] == value);
		}
		dotmax_free(m);
		free(c);
		free(q);
		free(scale);
		free(best);
		free(score);
	}
}

enum { ROWS = 3000, DIM = 48, K = 10 };

struct data {
	int8_t q[ROWS][DIM];
	float scale[ROWS];
};

/* K far clusters; row i is of cluster i % K. */
static struct data *clusters(void)
{
	struct data *d = mem_zalloc(1, sizeof(*d));
	struct random r;

	for (size_t i = 0; i < ROWS; i++) {
		float x[DIM];

		random_seed(&r, 5, i % K);
		for (size_t j = 0; j < DIM; j++)
			x[j] = (float)random_normal(&r);
		random_seed(&r, 6, i);
		for (size_t j = 0; j < DIM; j++)
			x[j] += 0.2f * (float)random_normal(&r);
		vector_normalise(x, DIM);
		d->scale[i] = vector_quantise(x, d->q[i], DIM);
	}
	return d;
}

static void clusters_are_found(void **state)
{
	struct data *d = clusters();
	struct kmeans_rows rows = { d->q[0], d->scale, ROWS, DIM };
	struct kmeans_options o = { .k = K, .iterations = 30, .seed = 1 };
	int8_t q[K][DIM];
	float scale[K];
	uint32_t *list = mem_zalloc(ROWS, sizeof(*list));
	double sum = 0;

	(void)state;
	kmeans_fit(&rows, &o, q[0], scale);
	kmeans_assign(&rows, q[0], scale, K, 1, list);
	for (size_t i = K; i < ROWS; i++) /* a cluster is never torn far */
		sum += list[i] == list[i % K];
	assert_true(sum > 0.8 * ROWS);
	for (size_t i = 0; i < K; i++)
		assert_float_equal(
		    scale[i] * sqrtf((float)vector_dot_i8(q[i], q[i], DIM)), 1,
		    0.02);
	free(list);
	free(d);
}

static void threads_change_nothing(void **state)
{
	struct data *d = clusters();
	struct kmeans_rows rows = { d->q[0], d->scale, ROWS, DIM };
	struct kmeans_options o = { .k = 77, .seed = 1, .per_centre = 20 };
	int8_t q[2][77][DIM];
	float scale[2][77];

	(void)state;
	for (int t = 0; t < 2; t++) {
		o.threads = 1 + 2 * t;
		kmeans_fit(&rows, &o, q[t][0], scale[t]);
	}
	assert_memory_equal(q[0], q[1], sizeof(q[0]));
	assert_memory_equal(scale[0], scale[1], sizeof(scale[0]));
	free(d);
}

static void any_data_will_do(void **state)
{
	struct data *d = mem_zalloc(1, sizeof(*d));
	struct kmeans_options o = { .k = 40, .seed = 1, .threads = 2 };
	int8_t q[40][DIM];
	float scale[40];
	uint32_t *list = mem_zalloc(ROWS, sizeof(*list));

	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		struct kmeans_rows rows = { d->q[0], d->scale,
					    kind == 2 ? 1 : ROWS, DIM };

		if (kind) /* all equal, then a single one; zeros before */
			for (size_t i = 0; i < ROWS; i++) {
				memset(d->q[i], 50, DIM);
				d->scale[i] = 1 / (50 * sqrtf(DIM));
			}
		kmeans_fit(&rows, &o, q[0], scale);
		kmeans_assign(&rows, q[0], scale, 40, 1, list);
		for (size_t i = 0; i < rows.count; i++)
			assert_int_equal(list[i], list[0]);
		for (size_t i = 0; i < 40; i++)
			assert_true(isfinite(scale[i]));
	}
	free(list);
	free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dotmax_is_the_naive_loop),
		cmocka_unit_test(clusters_are_found),
		cmocka_unit_test(threads_change_nothing),
		cmocka_unit_test(any_data_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
