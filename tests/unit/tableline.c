/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/tableline.h"
#include "testing.h"

static void test_lines(void **state)
{
	struct span table = SPAN("# head\n\na\t b c \t\td\r\n  \n#x\nlast");
	struct span line;
	size_t number = 0;

	(void)state;
	assert_true(tableline_next(&table, &line, &number));
	assert_int_equal(number, 3);
	assert_true(span_is(tableline_field(&line), "a"));
	assert_true(span_is(tableline_field(&line), "b c"));
	assert_int_equal(tableline_field(&line).n, 0);
	assert_true(span_is(tableline_field(&line), "d"));
	assert_int_equal(tableline_field(&line).n, 0);
	assert_true(tableline_next(&table, &line, &number));
	assert_int_equal(number, 6);
	assert_true(span_is(line, "last"));
	assert_false(tableline_next(&table, &line, &number));
}

static int count(void *to, struct span tsv, const char *path, struct err *err)
{
	(void)err;
	*(size_t *)to = tsv.n;
	return path[0] ? 0 : -1;
}

static void test_file(void **state)
{
	struct err err = { 0 };
	size_t n = 0;

	(void)state;
	assert_int_equal(tableline_load("ranking.tsv", count, &n, &err), 0);
	assert_true(n > 100);
	assert_int_equal(tableline_load("nowhere.tsv", count, &n, &err), -1);
	assert_int_equal(err.status, ERR_ENV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
