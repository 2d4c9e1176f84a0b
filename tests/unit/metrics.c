/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures against values worked out by hand. */
#include "corpus/metrics.h"
#include "testing.h"

#include <math.h>

static void test_by_hand(void **state)
{
	/* relevant at ranks 1, 3 and 6; five relevant in all */
	const double rel[] = { 3, 0, 2, 0, 0, 1 }, all[] = { 3, 3, 2, 2, 1 };
	double dcg = 3 + 2 / 2.0 + 1 / log2(7);
	double ideal = 3 + 3 / log2(3) + 2 / 2.0 + 2 / log2(5) + 1 / log2(6);

	(void)state;
	assert_float_equal(metrics_precision(rel, 6, 3), 2.0 / 3, 1e-12);
	assert_float_equal(metrics_precision(rel, 6, 10), 0.3, 1e-12);
	assert_float_equal(metrics_recall(rel, 6, 3, 5), 0.4, 1e-12);
	assert_float_equal(metrics_recall(rel, 6, 100, 5), 0.6, 1e-12);
	assert_float_equal(metrics_ndcg(rel, 6, 20, all, 5), dcg / ideal,
			   1e-12);
	assert_float_equal(metrics_ndcg(rel, 6, 3, all, 5),
			   4 / (3 + 3 / log2(3) + 1), 1e-12);
	assert_float_equal(metrics_average_precision(rel, 6, 5),
			   (1 + 2.0 / 3 + 3.0 / 6) / 5, 1e-12);
	assert_float_equal(metrics_reciprocal_rank(rel, 6), 1, 1e-12);
	assert_float_equal(metrics_reciprocal_rank(rel + 1, 5), 0.5, 1e-12);
}

static void test_edges(void **state)
{
	const double none[] = { 0, 0 }, perfect[] = { 2, 1 };

	(void)state;
	assert_float_equal(metrics_ndcg(perfect, 2, 10, perfect, 2), 1, 1e-12);
	assert_float_equal(metrics_ndcg(none, 2, 10, none, 0), 0, 1e-12);
	assert_float_equal(metrics_recall(none, 2, 10, 0), 0, 1e-12);
	assert_float_equal(metrics_precision(none, 0, 10), 0, 1e-12);
	assert_float_equal(metrics_precision(perfect, 2, 0), 0, 1e-12);
	assert_float_equal(metrics_reciprocal_rank(none, 2), 0, 1e-12);
	assert_float_equal(metrics_average_precision(none, 2, 0), 0, 1e-12);
}

static void test_quantile(void **state)
{
	const double x[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };

	(void)state;
	assert_float_equal(metrics_quantile(x, 10, 0.5), 5, 1e-12);
	assert_float_equal(metrics_quantile(x, 10, 0.95), 10, 1e-12);
	assert_float_equal(metrics_quantile(x, 10, 0), 1, 1e-12);
	assert_float_equal(metrics_quantile(x, 1, 0.99), 1, 1e-12);
	assert_float_equal(metrics_quantile(x, 0, 0.5), 0, 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_quantile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
