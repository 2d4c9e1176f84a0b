/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/weights.h"
#include "testing.h"

#define DEFAULT "weights\tdefault\t0.2\t0.35\t0.3\t0.1\n"

static void test_parse(void **state)
{
	struct weights w;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
	    weights_parse(
		&w,
		SPAN("# c\n\n"
		     "weights\ttext-heavy\t0.5\t0.25\t0.15\t0.1\n"
		     "weights\tmood-heavy\t0\t0\t1\t0\n"
		     "weights\tgenre\t1\t0\t0\t0\nweights\tartist\t1\t0\t0\t0"
		     "\n" DEFAULT "penalty\tViral\t0.7\nlink\tUNKNOWN\t0.5\n"
		     "words\tgenre\trock, hip hop\nwords\tmood-heavy\tsad"),
		"w", &err),
	    0);
	assert_float_equal(w.weight[QUERY_TEXT][SIGNAL_AUDIO], 0.25, 1e-6);
	assert_float_equal(w.penalty[TIER_VIRAL], 0.7, 1e-6);
	assert_float_equal(w.penalty[TIER_NICHE], 1, 1e-6);
	assert_float_equal(w.link[LINK_UNKNOWN], 0.5, 1e-6);
	assert_float_equal(w.link[LINK_VALID], 1, 1e-6);
	test_span_is(span_str(&w.words[QUERY_GENRE]), "rock\nhip hop\n");
	assert_int_equal(w.ordered, 2);
	assert_int_equal(w.order[0], QUERY_GENRE);
	weights_release(&w);
}

static void test_refused(void **state)
{
	static const char *const bad[][2] = {
		{ "", "w: no weights for" },
		{ "weights\tgenre\t0.5\n", "w:1: \"\"" },
		{ "weights\tgenre\t0.5\tx\t0\t0\n", "w:1: \"x\"" },
		{ "weights\tgenre\t1.5\t0\t0\t0\n", "w:1: \"1.5\"" },
		{ "#\nweights\tpolka\t1\t0\t0\t0\n", "w:2: unknown query" },
		{ "penalty\tHuge\t1\n", "unknown popularity" },
		{ "link\tGONE\t1\n", "unknown link" },
		{ "nonsense\n", "unknown kind" },
	};
	struct weights w;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = { 0 };

		assert_int_equal(
		    weights_parse(&w, span_of(bad[i][0]), "w", &err), -1);
		assert_status(&err, ERR_DATA);
		if (!strstr(err.message, bad[i][1]))
			fail_msg("%s: %s", bad[i][0], err.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
