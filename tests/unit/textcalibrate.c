/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overconfident answers made honest; ridge regression against its closed form;
 * spreads by hand. */
#include "textfixture.h"

#include "learn/classscores.h"
#include "learn/textcalibrate.h"

enum { TEXTS = 4000 };

static double uniform(uint64_t *seed)
{
	return (double)(rng_next(seed) >> 11) / 9007199254740992.0;
}

static void make(struct labelled *l, size_t n, size_t columns)
{
	*l = (struct labelled){ .count = n, .columns = columns };
	l->targets = mem_zalloc(n * columns + 1, sizeof(float));
	for (size_t i = 0; i < n * columns; i++)
		l->targets[i] = NAN;
}

static double probability(const struct texthead *h, size_t k, float z)
{
	return 1 / (1 + exp(-h->slope[k] * (double)z - h->offset[k]));
}

/* Truth has the odds of z; what is told is 3 z + 1. */
static void test_labels(void **state)
{
	struct textheads h;
	struct labelled l;
	struct err err = { 0 };
	float *logit = mem_zalloc(TEXTS * 2, sizeof(float));
	float *cues = mem_zalloc(TEXTS * TEXTCUES, sizeof(float));
	float *p = mem_zalloc(TEXTS * 2, sizeof(float)), *stack;
	uint64_t seed = 4;
	double before, after;

	(void)state;
	textfixture_heads(&h, "[{\"name\":\"a\",\"kind\":\"labels\","
			      "\"labels\":[\"x\",\"y\"]}]");
	make(&l, TEXTS, 2);
	for (size_t i = 0; i < TEXTS * 2; i++) {
		double z = 4 * uniform(&seed) - 2;

		l.targets[i] = uniform(&seed) < 1 / (1 + exp(-z));
		logit[i] = (float)(3 * z + 1);
		p[i] = (float)(1 / (1 + exp(-3 * z - 1)));
	}
	before = classscores_ece_labels(p, l.targets, TEXTS, 2);
	assert_int_equal(textcalibrate(&h, &l, logit, cues, 1, &stack, &err),
			 0);
	for (size_t i = 0; i < TEXTS * 2; i++)
		p[i] = (float)probability(&h.head[0], i % 2, logit[i]);
	after = classscores_ece_labels(p, l.targets, TEXTS, 2);
	assert_true(before > .1 && after < .03 && after < before / 4);
	for (int k = 0; k < 2; k++) {
		double f1 = 0, best = 0;

		assert_true(fabs(h.head[0].slope[k] - 1. / 3) < .05);
		assert_true(fabs(h.head[0].offset[k] + 1. / 3) < .15);
		/* no threshold of a grid has a better F1 */
		for (int t = -1; t < 100; t++) {
			double hits = 0, told = 0, there = 0, f;
			double at = t < 0 ? h.head[0].threshold[k] : t / 100.;

			for (size_t i = (size_t)k; i < TEXTS * 2; i += 2) {
				bool yes = (double)p[i] >= at;

				told += yes;
				there += l.targets[i] > 0;
				hits += yes && l.targets[i] > 0;
			}
			f = told + there > 0 ? 2 * hits / (told + there) : 0;
			f1 = t < 0 ? f : f1;
			best = fmax(best, f);
		}
		assert_true(f1 > .5 && f1 >= best - 1e-12);
	}
	free(stack);
	free(logit);
	free(cues);
	free(p);
	labelled_release(&l);
}

/* A truth that rises in steps, which no logistic curve follows: the isotonic
 * one does. */
static double steps(double z)
{
	return z < -1 ? 0.1 : z < 1 ? 0.45 : 0.5;
}

static double isotonic_ece(const char *calibration)
{
	struct textheads h;
	struct labelled l;
	struct err err = { 0 };
	struct str json = { 0 };
	float *logit = mem_zalloc(TEXTS * 5, sizeof(float));
	float *cues = mem_zalloc(TEXTS * 5 * TEXTCUES, sizeof(float));
	float *p = mem_zalloc(TEXTS * 5, sizeof(float)), *stack;
	uint64_t seed = 4;
	double ece = 0;

	str_printf(&json,
		   "[{\"name\":\"a\",\"kind\":\"labels\",\"labels\":[\"x\"],"
		   "\"calibration\":\"%s\"}]",
		   calibration);
	textfixture_heads(&h, json.p);
	make(&l, TEXTS * 5, 1);
	for (size_t i = 0; i < l.count; i++) {
		double z = 6 * uniform(&seed) - 3;

		l.targets[i] = uniform(&seed) < steps(z);
		logit[i] = (float)z;
	}
	assert_int_equal(textcalibrate(&h, &l, logit, cues, 1, &stack, &err),
			 0);
	for (int step = -1; step <= 1; step++) {
		double z = 2 * step;

		ece += fabs(texthead_probability(&h.head[0], 0, z) - steps(z));
	}
	for (double z = -4; z < 4; z += 0.1)
		assert_true(texthead_probability(&h.head[0], 0, z + 0.1) >=
			    texthead_probability(&h.head[0], 0, z));
	free(l.targets);
	free(logit);
	free(cues);
	free(p);
	free(stack);
	str_release(&json);
	return ece / 3;
}

static void test_isotonic(void **state)
{
	(void)state;
	assert_true(isotonic_ece("logistic") > 0.05);
	assert_true(isotonic_ece("isotonic") < 0.03);
}

static void test_class(void **state)
{
	struct textheads h;
	struct labelled l;
	struct err err = { 0 };
	float *logit = mem_zalloc(TEXTS * 3, sizeof(float));
	float *cues = mem_zalloc(TEXTS * TEXTCUES, sizeof(float));
	float *p = mem_zalloc(TEXTS * 3, sizeof(float)), *stack;
	double ece[2];
	uint64_t seed = 8;

	(void)state;
	textfixture_heads(&h, "[{\"name\":\"a\",\"kind\":\"class\","
			      "\"labels\":[\"x\",\"y\",\"z\"]}]");
	make(&l, TEXTS, 3);
	for (size_t i = 0; i < TEXTS; i++) {
		double z[3], sum = 0, at = uniform(&seed);
		size_t is = 0;

		for (int k = 0; k < 3; k++)
			sum += exp(z[k] = 4 * uniform(&seed) - 2);
		while (is < 2 && (at -= exp(z[is]) / sum) > 0)
			is++;
		for (size_t k = 0; k < 3; k++) {
			l.targets[3 * i + k] = k == is;
			logit[3 * i + k] = (float)(4 * z[k] - (k == 1 ? 2 : 0));
		}
	}
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < TEXTS; i++) {
			double sum = 0, e[3];

			for (size_t k = 0; k < 3; k++)
				sum += e[k] = exp(h.head[0].slope[k] *
						      (double)logit[3 * i + k] +
						  h.head[0].offset[k]);
			for (size_t k = 0; k < 3; k++)
				p[3 * i + k] = (float)(e[k] / sum);
		}
		ece[round] = classscores_ece_classes(p, l.targets, TEXTS, 3);
		if (round)
			break;
		assert_int_equal(
		    textcalibrate(&h, &l, logit, cues, 1, &stack, &err), 0);
		free(stack);
	}
	assert_true(ece[0] > .1 && ece[1] < .03);
	assert_true(fabs(h.head[0].slope[0] - .25) < .03);
	assert_true(fabs(h.head[0].offset[1] - h.head[0].offset[0] - .5) < .2);
	free(logit);
	free(cues);
	free(p);
	labelled_release(&l);
}

/* With logits and cues at right angles each weight is x.y / (x.x + ridge). */
static void test_stack(void **state)
{
	enum { N = 8 };
	static const float hadamard[N][4] = {
		{ 1, 1, 1, 1 },   { 1, -1, 1, -1 },   { 1, 1, -1, -1 },
		{ 1, -1, -1, 1 }, { -1, 1, 1, -1 },   { -1, -1, 1, 1 },
		{ -1, 1, -1, 1 }, { -1, -1, -1, -1 },
	};
	struct textheads h;
	struct labelled l;
	struct err err = { 0 };
	float logit[(N + 1) * 3], cues[(N + 1) * TEXTCUES] = { 0 }, *stack;
	double y[N], sum = 0;
	size_t width = 3 + TEXTCUES + 1;

	(void)state;
	textfixture_heads(&h, "[{\"name\":\"l\",\"kind\":\"labels\","
			      "\"labels\":[\"x\"]},{\"name\":\"v\",\"kind\":"
			      "\"regression\",\"labels\":[\"v\",\"w\"],"
			      "\"stacked\":true,\"mean\":[3,0],\"deviation\":"
			      "[0.5,1]}]");
	make(&l, N + 1, 3);
	for (size_t i = 0; i <= N; i++)
		for (size_t k = 0; k < 3; k++)
			logit[3 * i + k] = i < N ? hadamard[i][k + 1] : 99;
	for (size_t i = 0; i < N; i++) {
		cues[i * TEXTCUES + 5] = hadamard[i][0];
		y[i] = (double)(i * i) / 10;
		sum += y[i];
		l.targets[3 * i + 1] = (float)(3 + .5 * y[i]);
		l.targets[3 * i + 2] = (float)-y[i];
	} /* row N is not labelled, and must not count */
	assert_int_equal(textcalibrate(&h, &l, logit, cues, 2, &stack, &err),
			 0);
	for (size_t k = 0; k < width; k++) {
		double dot = 0, want = 0;

		for (size_t i = 0; i < N; i++)
			dot += y[i] * (k < 3        ? (double)hadamard[i][k + 1]
				       : k == 3 + 5 ? (double)hadamard[i][0]
						    : 0);
		want = k == width - 1 ? sum / N : dot / (N + 2);
		if (fabs((double)stack[k] - want) > 1e-5 ||
		    fabs((double)stack[width + k] + want) > 1e-5)
			fail_msg("weight %zu: %f %f, wanted %f", k,
				 (double)stack[k], (double)stack[width + k],
				 want);
	}
	free(stack);
	labelled_release(&l);
}

/* Heads that nothing is labelled for stay as they are. */
static void test_nothing(void **state)
{
	struct textheads h;
	struct labelled l;
	struct err err = { 0 };
	float *stack;

	(void)state;
	textfixture_heads(&h, "[{\"name\":\"l\",\"kind\":\"labels\","
			      "\"labels\":[\"x\"]},{\"name\":\"c\",\"kind\":"
			      "\"class\",\"labels\":[\"p\",\"q\"]},{\"name\":"
			      "\"v\",\"kind\":\"regression\",\"labels\":"
			      "[\"v\"],\"stacked\":true}]");
	make(&l, 0, 4);
	if (textcalibrate(&h, &l, NULL, NULL, 1, &stack, &err))
		fail_msg("%s", err.message);
	assert_true(h.head[0].slope[0] == 1 && h.head[0].offset[0] == 0);
	assert_true(h.head[1].slope[1] == 1 && h.head[1].offset[1] == 0);
	for (size_t k = 0; k < 4 + TEXTCUES + 1; k++)
		assert_true(stack[k] == 0);
	free(stack);
	labelled_release(&l);
}

static void test_spread(void **state)
{
	struct textheads h;
	struct labelled l;
	float value[3] = { 1, 2, 7 };

	(void)state;
	textfixture_heads(&h, "[{\"name\":\"v\",\"kind\":\"regression\","
			      "\"labels\":[\"v\"]}]");
	make(&l, 3, 1);
	l.targets[0] = 4;
	l.targets[1] = -2;
	textcalibrate_spread(&h, &l, value);
	assert_true(fabs(h.head[0].spread[0] - sqrt(12.5)) < 1e-9);
	l.targets[0] = l.targets[1] = NAN;
	textcalibrate_spread(&h, &l, value);
	assert_true(h.head[0].spread[0] == 0);
	labelled_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_labels),  cmocka_unit_test(test_isotonic),
		cmocka_unit_test(test_class),   cmocka_unit_test(test_stack),
		cmocka_unit_test(test_nothing), cmocka_unit_test(test_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
