/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/tableline.h"
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

static void test_cells(void **state)
{
	struct span cells[3];

	(void)state;
	assert_int_equal(tableline_cells(SPAN("\tb\t\r"), cells, 3), 3);
	assert_int_equal(cells[0].n, 0); /* an empty cell is a cell */
	assert_true(span_is(cells[1], "b"));
	assert_int_equal(cells[2].n, 0);
	assert_int_equal(tableline_cells(SPAN("a\tb\tc\td"), cells, 3), 3);
	assert_true(span_is(cells[2], "c"));
	assert_int_equal(tableline_cells(SPAN("a"), cells, 3), 1);
	assert_int_equal(tableline_cells(SPAN(""), cells, 3), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
