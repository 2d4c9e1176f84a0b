/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass over a record against record.h's slower look-ups. */
#include "testing.h"

#include "corpus/fields.h"
#include "io/json.h"

static struct record record;

static struct fields parse(const char *line)
{
	struct fields f;

	assert_int_equal(record_parse(&record, span_of(line), NULL), 0);
	fields_find(&f, &record);
	return f;
}

static void test_find(void **state)
{
	static const char *const names[FIELD_COUNT] = {
		"title",         "artist",
		"year",          "created_at",
		"genre",         "tags",
		"description",   "playback_count",
		"permalink_url", "extracted_vibe_text",
		"likes_count",   "favoritings_count",
		"release_year",
	};
	struct str line = { 0 };
	struct fields f;

	(void)state;
	str_puts(&line, "{\"xear\":0,\"titlf\":0");
	for (int i = 0; i < FIELD_COUNT; i++)
		str_printf(&line, ",\"%s\":%d", names[i], i);
	str_puts(&line, "}");
	f = parse(str_z(&line));
	for (int i = 0; i < FIELD_COUNT; i++) {
		struct span want = record_get(&record, names[i]);

		assert_ptr_equal(f.at[i].p, want.p);
		assert_int_equal(f.at[i].n, want.n);
	}
	str_release(&line);
	/* the last of two, null is absence, escapes in names */
	f = parse("{\"year\":1,\"ye\\u0061r\":2,\"tags\":[1],\"tags\":null}");
	test_span_is(f.at[FIELD_YEAR], "2");
	assert_null(f.at[FIELD_TAGS].p);
}

static void test_length(void **state)
{
	static const struct {
		const char *json;
		size_t n;
	} cases[] = {
		{ "\"\"", 0 },
		{ "\"abc\"", 3 },
		{ "\"\\n\\\\\"", 2 },
		{ "\"\xc3\xa9\xf0\x9f\x98\x80\"", 2 },
		{ "\"\\u00e9\\ud83d\\ude00\"", 2 },
		{ "\"\\ud83d\\u0041\"", 2 },
		{ "\"\\\\u0041\"", 6 },
		{ "12", 0 },
		{ "[\"a\"]", 0 },
	};
	struct str big = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(fields_length(span_of(cases[i].json)),
				 cases[i].n);
	/* more than a byte can count, at each remainder of 8 */
	str_putc(&big, '"');
	for (size_t n = 1; n < 5000; n++) {
		str_puts(&big, "\xc3\xa9");
		str_putc(&big, '"');
		assert_int_equal(fields_length(span_str(&big)), n);
		big.n--;
	}
	str_release(&big);
}

static void test_filled(void **state)
{
	static const char *const full[] = { "\"a\"",      "\" a\"", "0",
					    "false",      "[1]",    "{\"a\":1}",
					    "\"\\u0041\"" };
	static const char *const empty[] = { "\"\"", "\"  \"", "[]",     "[ ]",
					     "{}",   "null",   "\"\\n\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(full) / sizeof(*full); i++)
		assert_true(fields_filled(span_of(full[i])));
	for (size_t i = 0; i < sizeof(empty) / sizeof(*empty); i++)
		assert_false(fields_filled(span_of(empty[i])));
	assert_false(fields_filled((struct span){ 0 }));
}

static void test_number(void **state)
{
	double v;

	(void)state;
	assert_true(fields_number(span_of("12"), &v) && v == 12);
	assert_true(fields_number(span_of("\" 1.5 \""), &v) && v == 1.5);
	assert_false(fields_number(span_of("\"x\""), &v));
	assert_false(fields_number(span_of("\"\""), &v));
	assert_false(fields_number(span_of("true"), &v));
	assert_false(fields_number((struct span){ 0 }, &v));
}

static int tear_down(void **state)
{
	(void)state;
	record_release(&record);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_filled),
		cmocka_unit_test(test_number),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
