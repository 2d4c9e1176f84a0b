/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "corpus/trackprose.h"

static void check(const struct trackprose *p, const char *wanted)
{
	struct str out = { 0 };

	assert_int_equal(trackprose_write(p, &out), *wanted != '\0');
	assert_string_equal(str_z(&out), wanted);
	str_release(&out);
}

static void test_fields(void **state)
{
	(void)state;
	check(&(struct trackprose){ .title = SPAN("Teardrop"),
				    .artist = SPAN("Massive Attack"),
				    .genre = SPAN("trip hop"),
				    .tags = SPAN("dark\nslow\n"),
				    .description = SPAN("Live in Bristol!"),
				    .vibe = SPAN(" rainy ") },
	      "Teardrop by Massive Attack. trip hop. dark, slow. "
	      "Live in Bristol! rainy.");
	check(&(struct trackprose){ .title = SPAN("Help!") }, "Help!.");
	check(&(struct trackprose){ .artist = SPAN("Nina") }, "Nina.");
	check(&(struct trackprose){ .tags = SPAN("a") }, "a.");
	check(&(struct trackprose){ .genre = SPAN(" \n ") }, "");
	check(&(struct trackprose){ .title = { NULL, 0 } }, "");
}

static void test_record(void **state)
{
	static const char line[] =
	    "{\"id\":\"a\",\"title\":\"T\",\"artist\":\"A\",\"imputed\":{"
	    "\"genre\":{\"value\":\"pop\",\"method\":\"t\","
	    "\"confidence\":0.49},\"tags\":{\"value\":[\"x\",\"y\"],"
	    "\"method\":\"t\",\"confidence\":0.5}},"
	    "\"extracted_vibe_text\":\"v\"}";
	struct record r = { 0 };
	struct trackprose_work w = { 0 };
	struct str out = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(record_parse(&r, span_of(line), &err), 0);
	assert_true(trackprose_read(&w, &r, &out));
	assert_string_equal(str_z(&out), "T by A. x, y. v.");
	assert_int_equal(record_parse(&r, SPAN("{\"id\":\"a\"}"), &err), 0);
	assert_false(trackprose_read(&w, &r, &out));
	trackprose_release(&w);
	record_release(&r);
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
