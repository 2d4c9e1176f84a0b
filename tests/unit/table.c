/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "base/table.h"

static void empty(void **state)
{
	struct table t = { 0 };

	(void)state;
	assert_null(table_get(&t, SPAN("a")));
	table_release(&t);
}

static void keeps_what_was_put(void **state)
{
	enum { N = 50000 };
	struct table t = { 0 };
	struct str key = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < N; i++) { /* also: keys are copied */
		str_reset(&key);
		str_printf(&key, "key %zu", i * 7919 % N);
		assert_int_equal(*table_put(&t, span_str(&key)), 0);
		*table_put(&t, span_str(&key)) = i + 1;
	}
	assert_int_equal(t.count, N);
	for (i = 0; i < N; i++) {
		str_reset(&key);
		str_printf(&key, "key %zu", i * 7919 % N);
		assert_int_equal(*table_get(&t, span_str(&key)), i + 1);
		assert_true(span_eq(t.entries[i].key, span_str(&key)));
	}
	assert_null(table_get(&t, SPAN("key")));
	assert_null(table_get(&t, SPAN("key 00")));
	table_release(&t);
	str_release(&key);
}

static void odd_keys(void **state)
{
	struct table t = { 0 };
	size_t n = 200000;
	char *big = malloc(n);

	(void)state;
	memset(big, 'x', n);
	*table_put(&t, (struct span){ 0 }) = 1;
	*table_put(&t, (struct span){ "\0", 1 }) = 2;
	*table_put(&t, (struct span){ "\0\0", 2 }) = 3;
	*table_put(&t, (struct span){ big, n }) = 4;
	*table_put(&t, (struct span){ big, n - 1 }) = 5;
	memset(big, 'y', n);
	*table_put(&t, SPAN("after")) = 6;
	assert_int_equal(*table_get(&t, SPAN("")), 1);
	assert_int_equal(*table_get(&t, (struct span){ "\0", 1 }), 2);
	assert_int_equal(*table_get(&t, (struct span){ "\0\0", 2 }), 3);
	assert_null(table_get(&t, (struct span){ big, n }));
	memset(big, 'x', n);
	assert_int_equal(*table_get(&t, (struct span){ big, n }), 4);
	assert_int_equal(*table_get(&t, (struct span){ big, n - 1 }), 5);
	assert_int_equal(t.count, 6);
	free(big);
	table_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(keeps_what_was_put),
		cmocka_unit_test(odd_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
