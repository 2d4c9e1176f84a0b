/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention against double precision, from one token to many. */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "math/attention.h"
#include "math/kernels.h"

static uint64_t seed = 1;

static float number(void)
{
	return (float)(rng_next(&seed) >> 40) / (float)(1 << 23) - 1;
}

static float *numbers(size_t n)
{
	float *p = mem_zalloc(n, sizeof(*p));

	for (size_t i = 0; i < n; i++)
		p[i] = 2 * number();
	return p;
}

struct biases {
	size_t tokens, head, next;
};

static float bias_of(size_t head, size_t i, size_t j)
{
	if (j % 7 == 3)
		return -INFINITY;
	return (float)(head + i * 3 + j * 5 % 11) / 16;
}

static void give(void *ctx, size_t head, size_t first, size_t n, float *out)
{
	struct biases *b = ctx;

	if (b->next == b->tokens) {
		b->head++;
		b->next = 0;
	}
	assert_int_equal(head, b->head);
	assert_int_equal(first, b->next);
	b->next += n;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < b->tokens; j++)
			out[i * b->tokens + j] = bias_of(head, first + i, j);
}

/* One token of one head. */
static void expect(const struct attention_shape *s, const float *qkv, size_t h,
		   size_t i, bool bias, const float *out)
{
	double tolerance = s->bf16 ? 0.04 : 2e-5;
	size_t hidden = s->heads * s->head_dim, at = h * s->head_dim;
	const float *q = qkv + at, *k = q + hidden, *v = k + hidden;
	double *p = mem_zalloc(s->tokens, sizeof(*p)), peak = -INFINITY;
	double total = 0;

	for (size_t j = 0; j < s->tokens; j++) {
		for (size_t d = 0; d < s->head_dim; d++)
			p[j] +=
			    (double)q[i * s->stride + d] * k[j * s->stride + d];
		p[j] = p[j] * s->scale + (bias ? bias_of(h, i, j) : 0);
		peak = fmax(peak, p[j]);
	}
	for (size_t j = 0; j < s->tokens; j++)
		total += p[j] = exp(p[j] - peak);
	for (size_t d = 0; d < s->head_dim; d++) {
		double sum = 0;

		for (size_t j = 0; j < s->tokens; j++)
			sum += p[j] / total * v[j * s->stride + d];
		assert_true(fabs(out[d] - sum) <= tolerance);
	}
	free(p);
}

static void check(const struct kernels *kernels, size_t tokens, size_t heads,
		  size_t dim, bool bias, bool bf16, float **keep)
{
	size_t hidden = heads * dim;
	struct attention_shape s = {
		tokens, heads, dim, 3 * hidden + 1, 1 / sqrtf((float)dim), bf16
	};
	struct attention_work w = { .product.kernels = kernels };
	struct biases b = { .tokens = tokens };
	float *qkv, *out;

	seed = tokens;
	qkv = numbers(tokens * s.stride);
	out = numbers(tokens * (hidden + 5));
	attention_apply(&w, &s, qkv, qkv + hidden, qkv + 2 * hidden,
			bias ? give : NULL, &b, out, hidden + 5);
	for (size_t h = 0; h < heads; h++)
		for (size_t i = 0; i < tokens; i += 1 + tokens / 40)
			expect(&s, qkv, h, i, bias,
			       out + i * (hidden + 5) + h * dim);
	attention_work_release(&w);
	free(qkv);
	if (*keep)
		assert_memory_equal(*keep, out,
				    tokens * (hidden + 5) * sizeof(*out));
	free(*keep);
	*keep = out;
}

static void each(size_t tokens, size_t heads, size_t dim, bool bias)
{
	const struct kernels *k;

	for (int bf16 = 0; bf16 < 2; bf16++) {
		float *keep = NULL;

		for (size_t v = 0; (k = kernels_variant(v)); v++)
			check(k, tokens, heads, dim, bias, bf16, &keep);
		free(keep);
	}
}

static void test_tokens(void **state)
{
	(void)state;
	for (size_t tokens = 1; tokens <= 70; tokens++)
		each(tokens, 2, 8 + tokens % 30, tokens % 3 == 0);
	each(128, 3, 32, false);
	each(257, 2, 64, true);
	each(600, 1, 64, false);
	each(600, 2, 33, true);
}

/* A query that is not finite spoils its own row of its own head alone. */
static void test_not_finite(void **state)
{
	enum { TOKENS = 20, DIM = 16, HEADS = 2, HIDDEN = DIM * HEADS };
	const float bad[] = { NAN, INFINITY };
	const struct kernels *k;

	(void)state;
	for (size_t v = 0; (k = kernels_variant(v)); v++)
		for (int i = 0; i < 4; i++) {
			struct attention_shape s = { TOKENS,     HEADS, DIM,
						     3 * HIDDEN, 1,     i & 2 };
			struct attention_work w = { .product.kernels = k };
			float *qkv = numbers(TOKENS * 3 * HIDDEN);
			float out[TOKENS][HIDDEN];

			qkv[7 * 3 * HIDDEN + 3] = bad[i & 1];
			attention_apply(&w, &s, qkv, qkv + HIDDEN,
					qkv + 2 * HIDDEN, NULL, NULL, out[0],
					HIDDEN);
			for (size_t j = 0; j < TOKENS * HIDDEN; j++)
				assert_int_equal(
				    isfinite(out[j / HIDDEN][j % HIDDEN]),
				    j / HIDDEN != 7 || j % HIDDEN >= DIM);
			attention_work_release(&w);
			free(qkv);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_not_finite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
