/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/request.h"
#include "testing.h"

static void test_full(void **state)
{
	struct request r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
	    request_read(
		&r,
		SPAN("{\"query\":\" i miss my \\u0065x "
		     "\",\"top_k\":50,\"qid\":\"q 7\","
		     "\"filters\":{\"min_year\":2010,\"max_year\":2023,"
		     "\"genres\":[\"Indie\",\"Pop\"],"
		     "\"exclude_artists\":\"Artist A\"}}"),
		&err),
	    0);
	test_span_is(span_str(&r.query), "i miss my ex");
	test_span_is(span_str(&r.qid), "q 7");
	test_span_is(span_str(&r.genres), "Indie\nPop\n");
	test_span_is(span_str(&r.exclude), "Artist A\n");
	assert_int_equal(r.top_k, 50);
	assert_true(r.has_min_year && r.min_year == 2010);
	assert_true(r.has_max_year && r.max_year == 2023);
	assert_int_equal(r.warnings.n, 0);
	/* nothing of one request stays for the next */
	assert_int_equal(request_read(&r,
				      SPAN("{\"query\":\"x\",\"top_k\":"
					   "null,\"filters\":null}"),
				      &err),
			 0);
	assert_false(r.has_min_year || r.has_max_year);
	assert_int_equal(r.genres.n + r.exclude.n + r.qid.n, 0);
	assert_int_equal(r.top_k, 0);
	request_release(&r);
}

static void test_unknown_members(void **state)
{
	struct request r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
	    request_read(&r, SPAN("{\"query\":\"x\",\"topk\":3}"), &err), 0);
	test_span_is(span_str(&r.warnings),
		     "unknown member \"topk\" ignored\n");
	/* a filter that would be ignored answers another question */
	assert_int_equal(request_read(&r,
				      SPAN("{\"query\":\"x\",\"filters\":"
					   "{\"genre\":[\"Pop\"]}}"),
				      &err),
			 -1);
	assert_non_null(strstr(err.message, "unknown filter \"genre\""));
	request_release(&r);
}

static void test_malformed(void **state)
{
	static const char *const bad[][2] = {
		{ "", "not a request" },
		{ "i miss my ex", "not a request" },
		{ "[1]", "not a request" },
		{ "{\"query\":\"x\"", "not a request" },
		{ "{\"query\":\"x\"} {}", "behind" },
		{ "{}", "no member \"query\"" },
		{ "{\"query\":null}", "\"query\" must be a string" },
		{ "{\"query\":7}", "\"query\" must be a string" },
		{ "{\"query\":\"  \"}", "empty" },
		{ "{\"query\":\"x\",\"top_k\":0}", "\"top_k\"" },
		{ "{\"query\":\"x\",\"top_k\":2.5}", "\"top_k\"" },
		{ "{\"query\":\"x\",\"top_k\":\"5\"}", "\"top_k\"" },
		{ "{\"query\":\"x\",\"top_k\":1e9}", "1 to 1000" },
		{ "{\"query\":\"x\",\"filters\":[]}", "\"filters\"" },
		{ "{\"query\":\"x\",\"filters\":{\"min_year\":\"2010\"}}",
		  "min_year" },
		{ "{\"query\":\"x\",\"filters\":{\"genres\":[1]}}", "genres" },
		{ "{\"query\":\"x\",\"filters\":{\"min_year\":2011,"
		  "\"max_year\":2010}}",
		  "after" },
	};
	struct request r = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = { 0 };

		assert_int_equal(request_read(&r, span_of(bad[i][0]), &err),
				 -1);
		assert_status(&err, ERR_RECORD);
		if (!strstr(err.message, bad[i][1]))
			fail_msg("%s: %s", bad[i][0], err.message);
	}
	request_release(&r);
}

static void test_words(void **state)
{
	struct request r = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(request_words(&r, SPAN("  calm "), &err), 0);
	test_span_is(span_str(&r.query), "calm");
	assert_int_equal(request_words(&r, SPAN(" "), &err), -1);
	request_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_unknown_members),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
