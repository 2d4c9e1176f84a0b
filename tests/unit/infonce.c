/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loss of pairs against its definition and central differences. */
#include "testing.h"

#include <math.h>

#include "encoder/infonce.h"
#include "math/random.h"

enum { N = 5, DIM = 7 };

struct set {
	float a[N * DIM], b[N * DIM];
	uint64_t same_a[N], same_b[N];
};

static struct infonce_batch make(struct set *s, double temperature,
				 bool symmetric)
{
	struct random r;

	random_seed(&r, 5, 0);
	for (int i = 0; i < N * DIM; i++) {
		s->a[i] = (float)random_normal(&r) / 2;
		s->b[i] = (float)random_normal(&r) / 2;
	}
	for (uint64_t i = 0; i < N; i++) {
		s->same_a[i] = i;
		s->same_b[i] = 100 + i;
	}
	return (struct infonce_batch){ s->a, s->b, s->same_a,   s->same_b,
				       N,    DIM,  temperature, symmetric };
}

static double similarity(const struct infonce_batch *x, int i, int j)
{
	double sum = 0;

	for (int k = 0; k < DIM; k++)
		sum += (double)x->a[i * DIM + k] * (double)x->b[j * DIM + k];
	return sum / x->temperature;
}

static bool counts(const struct infonce_batch *x, int i, int j)
{
	return i == j ||
	       (x->same_a[i] != x->same_a[j] && x->same_b[i] != x->same_b[j]);
}

static double definition(const struct infonce_batch *x)
{
	double loss = 0;

	for (int i = 0; i < N; i++) {
		double row = 0, column = 0, own = exp(similarity(x, i, i));

		for (int j = 0; j < N; j++) {
			if (!counts(x, i, j))
				continue;
			row += exp(similarity(x, i, j));
			column += exp(similarity(x, j, i));
		}
		loss -= x->symmetric ? (log(own / row) + log(own / column)) / 2
				     : log(own / row);
	}
	return loss;
}

static void check(struct infonce_batch x, float *v, const float *g)
{
	float ga[N * DIM], gb[N * DIM];

	for (int i = 0; i < N * DIM; i++) {
		float was = v[i];
		double up, down, want;

		v[i] = was + 1e-3F;
		up = infonce(&x, ga, gb);
		v[i] = was - 1e-3F;
		down = infonce(&x, ga, gb);
		v[i] = was;
		want = (up - down) / 2e-3;
		assert_true(fabs(want - (double)g[i]) <
			    1e-3 * (1 + fabs(want)));
	}
}

static void test_loss(void **state)
{
	struct set s;
	float ga[N * DIM], gb[N * DIM];

	(void)state;
	for (int symmetric = 0; symmetric < 2; symmetric++)
		for (int equal = 0; equal < 2; equal++) {
			struct infonce_batch x = make(&s, 0.2, symmetric);
			double loss;

			if (equal) {
				s.same_a[3] = s.same_a[1];
				s.same_b[4] = s.same_b[0];
			}
			loss = infonce(&x, ga, gb);
			assert_true(fabs(loss - definition(&x)) < 1e-5);
			check(x, s.a, ga);
			check(x, s.b, gb);
		}
}

/* What is equal is no negative: pairs that are all equal lose nothing. */
static void test_equal(void **state)
{
	struct set s;
	float ga[N * DIM], gb[N * DIM];
	struct infonce_batch x = make(&s, 0.05, true);

	(void)state;
	for (int i = 0; i < N; i++)
		s.same_b[i] = 9;
	assert_true(fabs(infonce(&x, ga, gb)) < 1e-12);
	for (int i = 0; i < N * DIM; i++)
		assert_true(ga[i] == 0 && gb[i] == 0);
	assert_true(infonce_recall(&x) == 1);
}

static void test_recall(void **state)
{
	struct set s;
	struct infonce_batch x = make(&s, 0.05, true);

	(void)state;
	memcpy(s.b, s.a, sizeof(s.a));
	for (int i = 0; i < N; i++) { /* of length 1 */
		double n = 0;

		for (int k = 0; k < DIM; k++)
			n += pow((double)s.a[i * DIM + k], 2);
		for (int k = 0; k < DIM; k++)
			s.a[i * DIM + k] = s.b[i * DIM + k] /= (float)sqrt(n);
	}
	assert_true(infonce_recall(&x) == 1);
	memcpy(s.b, s.b + DIM, DIM * sizeof(float)); /* b0 = b1 */
	assert_true(fabs(infonce_recall(&x) - 0.6) < 1e-9);
	x.n = 0;
	assert_true(isnan(infonce_recall(&x)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_recall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
