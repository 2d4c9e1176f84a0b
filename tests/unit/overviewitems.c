/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tracks that a summary names: which are kept, and how they are written. */
#include "testing.h"

#include "corpus/overviewitems.h"

static void parse(struct record *r, const char *line)
{
	struct err err = { 0 };

	assert_int_equal(record_parse(r, span_of(line), &err), 0);
}

static void test_most(void **state)
{
	struct overview_items l = { 0 };
	struct record r = { 0 };
	struct str out = { 0 };

	(void)state;
	parse(&r, "{\"id\":\"a\",\"title\":\"T\\\"\",\"permalink_url\":"
		  "\"http://x/a\",\"recovered_url\":\"http://y/a\"}");
	for (int i = 0; i < OVERVIEW_ITEMS; i++)
		assert_non_null(overview_items_add(&l, &r));
	assert_null(overview_items_add(&l, &r));
	str_puts(&l.items[0].stage, "heal");
	l.items[0].retry = true;
	l.count = 1;
	overview_failures_json(&l, &out);
	assert_string_equal(str_z(&out),
			    "[\n  {\"id\":\"a\",\"title\":\"T\\\"\",\"tool\":"
			    "\"heal\",\"retry\":true,\"link\":"
			    "\"http://y/a\"}]");
	l.count = OVERVIEW_ITEMS;
	overview_items_release(&l);
	record_release(&r);
	str_release(&out);
}

static void test_slowest(void **state)
{
	char *path = test_path("slow");
	struct overview_slowest s = { 0 };
	struct record r = { 0 };
	struct str text = { 0 };
	struct err err = { 0 };
	FILE *f = fopen(path, "w");

	(void)state;
	for (int i = 0; i < 9; i++)
		fprintf(f,
			"{\"stage\":\"one\",\"item\":\"a\",\"ms\":%d}\n"
			"{\"stage\":\"two\",\"item\":\"gone\",\"ms\":9}\n",
			i);
	fputs("{\"stage\":\"two\",\"item\":\"https://x/a\",\"ms\":3}\n", f);
	fclose(f);
	assert_int_equal(overview_slowest_take(&s, path, &err), 0);
	parse(&r, "{\"id\":\"a\",\"title\":\"A\\u0007\\u009b\","
		  "\"permalink_url\":\"http://X/a\"}");
	overview_slowest_name(&s, &r, SPAN("a"));
	overview_slowest_end(&s);
	assert_int_equal((int)s.count, OVERVIEW_SLOW_STAGE + 1);
	for (size_t i = 0; i < s.count; i++)
		assert_true(s.items[i].title.n > 0 &&
			    (!i || s.items[i].ms <= s.items[i - 1].ms));
	overview_slowest_text(&s, &text);
	assert_string_equal(str_z(&text), "slowest (seconds)\n"
					  "      0.008  one: A??  a\n"
					  "      0.003  two: A??  "
					  "https://x/a\n");
	overview_slowest_release(&s);
	record_release(&r);
	str_release(&text);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_most),
		cmocka_unit_test(test_slowest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
