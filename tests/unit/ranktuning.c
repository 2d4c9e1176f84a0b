/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/ranktuning.h"
#include "io/input.h"
#include "testing.h"

static void load(struct str *table)
{
	struct err err = { 0 };

	assert_int_equal(input_slurp("data/ranking.tsv", 1 << 20, table, &err),
			 0);
}

static void test_shipped(void **state)
{
	struct ranktuning t;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(ranktuning_load(&t, &err), 0);
	/* the design's */
	assert_float_equal(t.per_artist, 2, 0);
	assert_float_equal(t.spacing, 3, 0);
}

/* Every line counts: without it, or with nonsense in it, there is no table. */
static void test_every_line(void **state)
{
	struct str table = { 0 }, less = { 0 };
	struct ranktuning t;
	struct span rest;
	int lines = 0;

	(void)state;
	load(&table);
	rest = span_str(&table);
	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = (size_t)(end - rest.p) + 1;
		struct err err = { 0 };

		str_reset(&less);
		str_put(&less, table.p, (size_t)(rest.p - table.p));
		str_put(&less, rest.p + n, rest.n - n);
		if (rest.p[0] != '#') {
			lines++;
			assert_int_equal(
			    ranktuning_parse(&t, span_str(&less), "t", &err),
			    -1);
			assert_int_equal(err.status, ERR_DATA);
			str_span(&less, (struct span){ rest.p, n - 1 });
			str_puts(&less, "x\n");
			assert_int_equal(
			    ranktuning_parse(&t, span_str(&less), "t", &err),
			    -1);
		}
		rest = (struct span){ rest.p + n, rest.n - n };
	}
	assert_true(lines > 15);
	str_puts(&table, "wonders\t7\n");
	assert_int_equal(
	    ranktuning_parse(&t, span_str(&table), "t", &(struct err){ 0 }),
	    -1);
	str_release(&table);
	str_release(&less);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_every_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
