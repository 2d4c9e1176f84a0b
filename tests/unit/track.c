/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one accessor between source, imputed and absent. */
#include "testing.h"

#include "corpus/track.h"

static struct record record;
static struct str out;

static const struct record *parse(const char *line)
{
	assert_int_equal(record_parse(&record, span_of(line), NULL), 0);
	return &record;
}

static void test_genre(void **state)
{
	double c;

	(void)state;
	assert_int_equal(track_genre(parse("{\"genre\":\" Rock \",\"imputed\":"
					   "{\"genre\":{\"value\":\"Pop\"}}}"),
				     &out, &c),
			 TRACK_SOURCE);
	test_span_is(span_str(&out), "Rock");
	assert_true(c == 1);
	assert_int_equal(
	    track_genre(
		parse("{\"genre\":\"\",\"imputed\":{"
		      "\"genre\":{\"value\":\"Pop\",\"confidence\":0.25}}}"),
		&out, &c),
	    TRACK_IMPUTED);
	test_span_is(span_str(&out), "Pop");
	assert_true(c == 0.25);
	assert_int_equal(track_genre(parse("{\"genre\":null,\"imputed\":["
					   "\"genre\"]}"),
				     &out, &c),
			 TRACK_ABSENT);
	assert_int_equal(out.n, 0);
	assert_true(c == 0);
	assert_int_equal(track_genre(parse("{\"imputed\":{\"genre\":{"
					   "\"value\":[1]}}}"),
				     &out, NULL),
			 TRACK_ABSENT);
}

static void test_tags(void **state)
{
	(void)state;
	assert_int_equal(
	    track_tags(parse("{\"tags\":\"a b, c;d| e\\nf,,\"}"), &out, NULL),
	    TRACK_SOURCE);
	test_span_is(span_str(&out), "a b\nc\nd\ne\nf");
	assert_int_equal(track_tags(parse("{\"tags\":[\"x, y\",2,\"a\\nb\","
					  "\" \"]}"),
				    &out, NULL),
			 TRACK_SOURCE);
	test_span_is(span_str(&out), "x, y\na b");
	assert_int_equal(track_tags(parse("{\"tags\":[],\"imputed\":{\"tags\":"
					  "{\"value\":[\"q\"]}}}"),
				    &out, NULL),
			 TRACK_IMPUTED);
	test_span_is(span_str(&out), "q");
	assert_int_equal(track_tags(parse("{\"tags\":\" , \"}"), &out, NULL),
			 TRACK_ABSENT);
}

static void test_year(void **state)
{
	static const struct {
		const char *line;
		int year; /* 0: none */
	} cases[] = {
		{ "{\"release_year\":1990,\"year\":1991}", 1990 },
		{ "{\"year\":\"1991\",\"created_at\":\"1999-01-01\"}", 1991 },
		{ "{\"year\":1991.0}", 1991 },
		{ "{\"year\":0,\"created_at\":\"1999-01-01T00:00Z\"}", 1999 },
		{ "{\"created_at\":\"1999/02/03\"}", 1999 },
		{ "{\"created_at\":\"Feb 1999\"}", 0 },
		{ "{\"created_at\":\"19991\"}", 0 },
		{ "{\"year\":999}", 0 },
		{ "{}", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int year = 0;
		bool found = track_year(parse(cases[i].line), &year);

		assert_int_equal(found, cases[i].year != 0);
		assert_int_equal(year, cases[i].year);
	}
}

static void test_url(void **state)
{
	(void)state;
	assert_true(track_url(parse("{\"permalink_url\":\"p\",\"redirect_url\""
				    ":\"r\",\"url_status\":\"MOVED\"}"),
			      &out));
	test_span_is(span_str(&out), "r");
	assert_true(track_url(parse("{\"permalink_url\":\"p\",\"redirect_url\""
				    ":\"r\",\"url_status\":\"VALID\"}"),
			      &out));
	test_span_is(span_str(&out), "p");
	assert_true(track_url(parse("{\"permalink_url\":\"p\","
				    "\"recovered_url\":\"q\"}"),
			      &out));
	test_span_is(span_str(&out), "q");
	assert_false(track_url(parse("{\"permalink_url\":\" \"}"), &out));
	assert_int_equal(out.n, 0);
}

static void test_audio(void **state)
{
	struct str sum = { 0 };

	(void)state;
	assert_true(track_audio(parse("{\"audio\":{\"path\":\"ab/c\","
				      "\"sha256\":\"ff\"}}"),
				&out, &sum));
	test_span_is(span_str(&out), "ab/c");
	test_span_is(span_str(&sum), "ff");
	assert_true(
	    track_audio(parse("{\"audio\":{\"path\":\"x\"}}"), &out, &sum));
	assert_int_equal(sum.n, 0);
	assert_false(track_audio(parse("{\"audio\":\"x\"}"), &out, NULL));
	assert_false(
	    track_audio(parse("{\"audio\":{\"path\":\"\"}}"), &out, NULL));
	str_release(&sum);
}

static int tear_down(void **state)
{
	(void)state;
	record_release(&record);
	str_release(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_genre), cmocka_unit_test(test_tags),
		cmocka_unit_test(test_year),  cmocka_unit_test(test_url),
		cmocka_unit_test(test_audio),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
