/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AdamW, clipping and schedules against their formulas in double precision. */
#include "testing.h"

#include <math.h>

#include "encoder/optimiser.h"
#include "math/random.h"

static struct parameters some(size_t n)
{
	struct parameters p = { 0 };
	struct random r;
	const char *names[] = { "weight", "bias", "frozen" };

	random_seed(&r, 1, 0);
	for (int i = 0; i < 3; i++) {
		struct parameter *q = parameters_add(&p, names[i], &n, 1);

		for (size_t k = 0; k < n; k++)
			q->value[k] = (float)random_normal(&r);
		q->decays = i != 1;
		if (i < 2)
			parameter_train(q, true);
	}
	return p;
}

static void fill_gradients(const struct parameters *p, struct random *r)
{
	for (size_t i = 0; i < p->count; i++)
		for (size_t k = 0;
		     p->items[i]->gradient && k < p->items[i]->count; k++)
			p->items[i]->gradient[k] = (float)random_normal(r);
}

/* Loshchilov & Hutter 2019, algorithm 2, an element at a time. */
static void test_step(void **state)
{
	enum { N = 37 };
	struct parameters p = some(N);
	struct optimiser_options o = { 0.9, 0.98, 1e-6, 0.1 };
	double m[2][N] = { { 0 } }, v[2][N] = { { 0 } }, w[2][N];
	struct random r;

	(void)state;
	random_seed(&r, 2, 0);
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < N; k++)
			w[i][k] = (double)p.items[i]->value[k];
	for (uint64_t step = 1; step <= 20; step++) {
		double rates[] = { 0.01, 0.003, 0.5 };

		fill_gradients(&p, &r);
		optimiser_step(&p, rates, &o, step);
		for (int i = 0; i < 2; i++)
			for (int k = 0; k < N; k++) {
				double g = (double)p.items[i]->gradient[k];
				double decay = i == 0 ? o.decay : 0;

				m[i][k] = 0.9 * m[i][k] + 0.1 * g;
				v[i][k] = 0.98 * v[i][k] + 0.02 * g * g;
				w[i][k] -=
				    rates[i] * decay * w[i][k] +
				    rates[i] * m[i][k] /
					(1 - pow(0.9, (double)step)) /
					(sqrt(v[i][k] /
					      (1 - pow(0.98, (double)step))) +
					 o.eps);
			}
	}
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < N; k++)
			assert_true(fabs(w[i][k] -
					 (double)p.items[i]->value[k]) < 1e-5);
	assert_null(p.items[2]->moment[0]);
	parameters_release(&p);
	p = some(N);
	assert_non_null(p.items[2]->value);
	parameters_release(&p);
}

/* What is frozen stays, whatever its rate. */
static void test_frozen(void **state)
{
	struct parameters p = some(9), q = some(9);
	double rates[] = { 1, 1, 1 };
	struct random r;

	(void)state;
	random_seed(&r, 3, 0);
	fill_gradients(&p, &r);
	optimiser_step(&p, rates, &optimiser_defaults, 1);
	assert_memory_equal(p.items[2]->value, q.items[2]->value,
			    9 * sizeof(float));
	assert_memory_not_equal(p.items[1]->value, q.items[1]->value,
				9 * sizeof(float));
	parameters_release(&p);
	parameters_release(&q);
}

static double norm_of(const struct parameters *p)
{
	double sum = 0;

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < p->items[i]->count; k++)
			sum += pow((double)p->items[i]->gradient[k], 2);
	return sqrt(sum);
}

static void test_clip(void **state)
{
	struct parameters p = some(101);
	struct random r;
	double norm;

	(void)state;
	random_seed(&r, 4, 0);
	fill_gradients(&p, &r);
	norm = norm_of(&p);
	assert_true(fabs(optimiser_clip(&p, 2 * norm) - norm) < 1e-9);
	assert_true(fabs(norm_of(&p) - norm) < 1e-9);
	assert_true(fabs(optimiser_clip(&p, 0) - norm) < 1e-9);
	assert_true(fabs(norm_of(&p) - norm) < 1e-9);
	assert_true(fabs(optimiser_clip(&p, 1.5) - norm) < 1e-9);
	assert_true(fabs(norm_of(&p) - 1.5) < 1e-5);
	p.items[1]->gradient[3] = NAN;
	assert_true(isnan(optimiser_clip(&p, 1)));
	parameters_release(&p);
}

static void test_schedules(void **state)
{
	(void)state;
	/* rises over ten steps to 1, falls to 0 at the hundredth */
	assert_true(fabs(optimiser_share(OPTIMISER_LINEAR, 0, 100, 10) - 0.1) <
		    1e-12);
	assert_true(fabs(optimiser_share(OPTIMISER_LINEAR, 9, 100, 10) - 1) <
		    1e-12);
	assert_true(fabs(optimiser_share(OPTIMISER_LINEAR, 10, 100, 10) - 1) <
		    1e-12);
	assert_true(fabs(optimiser_share(OPTIMISER_LINEAR, 55, 100, 10) - 0.5) <
		    1e-12);
	assert_true(fabs(optimiser_share(OPTIMISER_COSINE, 55, 100, 10) - 0.5) <
		    1e-12);
	assert_true(fabs(optimiser_share(OPTIMISER_COSINE, 40, 100, 10) -
			 0.75) < 1e-12);
	assert_true(optimiser_share(OPTIMISER_CONSTANT, 99, 100, 10) == 1);
	assert_true(optimiser_share(OPTIMISER_LINEAR, 500, 100, 0) == 0);
	assert_true(optimiser_share(OPTIMISER_LINEAR, 0, 1, 0) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_step),
		cmocka_unit_test(test_frozen),
		cmocka_unit_test(test_clip),
		cmocka_unit_test(test_schedules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
