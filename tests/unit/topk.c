/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "math/random.h"
#include "math/topk.h"

enum { N = 500 };

static int best_first(const void *a, const void *b)
{
	struct topk_item x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return topk_better(x, y) ? -1 : topk_better(y, x);
}

/* Few distinct scores, so that ties are the rule. */
static void matches_a_full_sort_in_any_order(void **state)
{
	struct topk_item all[N], shuffled[N];
	uint32_t order[N], i;
	struct random r;
	struct topk t;
	size_t k;

	(void)state;
	random_seed(&r, 1, 0);
	for (i = 0; i < N; i++) {
		all[i] = (struct topk_item){ (float)random_below(&r, 40), i };
		order[i] = i;
	}
	memcpy(shuffled, all, sizeof(all));
	qsort(all, N, sizeof(*all), best_first);
	for (k = 0; k <= N + 10; k += 17) {
		topk_init(&t, k);
		random_shuffle(&r, order, N);
		for (i = 0; i < N; i++)
			topk_offer(&t, shuffled[order[i]].score, order[i]);
		assert_int_equal(topk_sort(&t), k < N ? k : N);
		for (i = 0; i < t.count; i++) {
			assert_int_equal(t.items[i].index, all[i].index);
			assert_true(t.items[i].score == all[i].score);
		}
		topk_release(&t);
	}
}

static void merging_shares_equals_one_heap(void **state)
{
	struct topk one, a, b;
	struct random r;
	uint32_t i;

	(void)state;
	random_seed(&r, 2, 0);
	topk_init(&one, 20);
	topk_init(&a, 20);
	topk_init(&b, 20);
	for (i = 0; i < N; i++) {
		float score = (float)random_below(&r, 30);

		topk_offer(&one, score, i);
		topk_offer(i % 3 ? &a : &b, score, i);
	}
	topk_merge(&a, &b);
	topk_sort(&one);
	topk_sort(&a);
	assert_memory_equal(one.items, a.items, 20 * sizeof(*a.items));
	topk_release(&one);
	topk_release(&a);
	topk_release(&b);
}

static void nan_is_never_kept(void **state)
{
	struct topk t;

	(void)state;
	topk_init(&t, 2);
	topk_offer(&t, NAN, 0);
	topk_offer(&t, -INFINITY, 1);
	topk_offer(&t, NAN, 2);
	topk_offer(&t, 1, 3);
	topk_offer(&t, NAN, 4);
	assert_int_equal(topk_sort(&t), 2);
	assert_int_equal(t.items[0].index, 3);
	assert_int_equal(t.items[1].index, 1);
	topk_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_a_full_sort_in_any_order),
		cmocka_unit_test(merging_shares_equals_one_heap),
		cmocka_unit_test(nan_is_never_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
