/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Biases of attention, block by block, against the sums they stand for. */
#include "testing.h"

#include <math.h>

#include "encoder/relativebias.h"
#include "encoder/relativeplace.h"
#include "math/random.h"

enum { HEADS = 3, DIM = 5, HIDDEN = HEADS * DIM, STRIDE = 3 * HIDDEN };

static struct random rng;

static float *noise(size_t n)
{
	float *x = mem_alloc(n * sizeof(*x));

	for (size_t i = 0; i < n; i++)
		x[i] = (float)random_normal(&rng);
	return x;
}

struct call {
	const struct encoder_config *c;
	const struct relativeplaces *p;
	const float *q, *k;
	size_t tokens;
};

static double dot(const float *a, const float *b)
{
	double sum = 0;

	for (int i = 0; i < DIM; i++)
		sum += (double)a[i] * b[i];
	return sum;
}

static double expected(const struct call *x, size_t h, size_t i, size_t j)
{
	ptrdiff_t d = (ptrdiff_t)i - (ptrdiff_t)j;
	double sum = 0;
	size_t row;

	if (x->p->table)
		return x->p->table[h * x->c->buckets +
				   relativeplace_mpnet(-d, x->c->buckets)];
	row = relativeplace_deberta(x->c, d) * HIDDEN + h * DIM;
	if (x->p->key)
		sum += dot(x->q + i * STRIDE + h * DIM, x->p->key + row);
	if (x->p->query)
		sum += dot(x->k + j * STRIDE + h * DIM, x->p->query + row);
	return sum;
}

static void check(struct relativebias *b, const struct call *x, size_t block)
{
	size_t n = x->tokens;
	float *out = mem_alloc(block * n * sizeof(*out));

	relativebias_begin(b, x->c, x->p, x->q, x->k, n, STRIDE, false);
	for (size_t h = 0; h < HEADS; h++)
		for (size_t at = 0; at < n; at += block) {
			size_t rows = n - at < block ? n - at : block;

			relativebias_block(b, h, at, rows, out);
			for (size_t i = 0; i < rows * n; i++)
				assert_float_equal(
				    out[i], expected(x, h, at + i / n, i % n),
				    1e-5);
		}
	free(out);
}

static void check_lengths(const struct encoder_config *c,
			  const struct relativeplaces *p)
{
	static const size_t lengths[] = { 150, 1, 2, 64, 65, 7, 129 };
	struct relativebias b = { 0 };
	float *qkv = noise(150 * STRIDE);

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct call x = { c, p, qkv, qkv + HIDDEN, lengths[i] };

		check(&b, &x, 64);
		check(&b, &x, 150);
		check(&b, &x, 37);
	}
	relativebias_release(&b);
	free(qkv);
}

static void mpnet(void **state)
{
	struct encoder_config c = { .family = ENCODER_MPNET,
				    .hidden = HIDDEN,
				    .heads = HEADS,
				    .buckets = 32 };
	struct relativeplaces p = { .table = noise(HEADS * 32) };

	(void)state;
	check_lengths(&c, &p);
	free(p.table);
}

static void deberta(void **state)
{
	static const size_t buckets[] = { 0, 16 }, most[] = { 40, 64 };

	(void)state;
	for (int i = 0; i < 6; i++) {
		struct encoder_config c = { .family = ENCODER_DEBERTA_V2,
					    .hidden = HIDDEN,
					    .heads = HEADS,
					    .buckets = buckets[i % 2],
					    .relative_max = most[i % 2] };
		size_t n = 2 * relativeplace_span(&c) * HIDDEN;
		struct relativeplaces p = {
			.key = i / 2 != 1 ? noise(n) : NULL,
			.query = i / 2 != 2 ? noise(n) : NULL,
		};

		check_lengths(&c, &p);
		free(p.key);
		free(p.query);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mpnet),
		cmocka_unit_test(deberta),
	};

	random_seed(&rng, 8, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
