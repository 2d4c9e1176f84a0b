/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marked lists: what people send back, and what is asked with it. */
#include "corpus/marks.h"

#include "corpus/request.h"
#include "testing.h"

#define A "mp0123456789abcdef0123"
#define B "mpffffffffffffffffffff"
#define C "mp00000000000000000000"

static void reads(const char *text, const char *query, const char *keep,
		  const char *drop, size_t undecided)
{
	struct marks m = { 0 };
	struct err err = { 0 };

	if (marks_read(&m, span_of(text), &err))
		fail_msg("%s: %s", text, err.message);
	test_span_is(span_str(&m.query), query);
	test_span_is(span_str(&m.keep), keep);
	test_span_is(span_str(&m.drop), drop);
	assert_int_equal(m.undecided, undecided);
	marks_release(&m);
}

static void refuses(const char *text, const char *said)
{
	struct marks m = { 0 };
	struct err err = { 0 };

	assert_int_equal(marks_read(&m, span_of(text), &err), -1);
	assert_int_equal(err.status, ERR_RECORD);
	if (!strstr(err.message, said))
		fail_msg("\"%s\" is not in: %s", said, err.message);
	marks_release(&m);
}

static void test_as_written(void **state)
{
	(void)state;
	reads("# query: i miss my ex\n## comment: no member\n#\n# a comment\n"
	      "+  1  " A "  X - Y\n   2  " B "  Y\n-  .  " C "\n",
	      "i miss my ex", A "\n", C "\n", 1);
	reads("# query: q\n", "q", "", "", 0);
	reads("   1  " A "\n", "", "", "", 1);
}

static void test_forgiven(void **state)
{
	(void)state;
	reads("\xef\xbb\xbf# query:  q \r\n\r\n+1  " A "  X\t \r\n-  2 " B
	      "\r\n",
	      "q", A "\n", B "\n", 0);
	/* other orders, ranks gone or written in other ways */
	reads("-" B "\n+ 7. " A " x\n\t+12) " C "\n#Query: q", "q",
	      A "\n" C "\n", B "\n", 0);
	/* marks of editors for prose, and one mark twice */
	reads("\xe2\x88\x92 1 " A "\n\xe2\x80\x93 " B "\n\xef\xbc\x8b" C "\n",
	      "", C "\n", A "\n" B "\n", 0);
	reads("++ 1 " A "\n", "", A "\n", "", 0);
	/* twice, with a mark or none: once, where it stood first */
	reads("1 " A "\n+ 2 " B "\n+ 3 " A "\n1 " B "\n", "", A "\n" B "\n", "",
	      0);
}

/* Ids of other makes, and what people add themselves. */
static void test_names(void **state)
{
	(void)state;
	reads("+  1  own7  X - Y\n-  .  a%20b\n-  .  x%0ay\n   3\tz  \n", "",
	      "own7\n", "a b\nx%0ay\n", 1);
	reads("+ 1 own7  X - Y\n2 own8 Z\n", "", "own7\n", "", 1);
	reads("+ https://e.example/x y\n- Some One - A Song\n"
	      "+99 Luftballons - Nena\n",
	      "", "https://e.example/x y\n99 Luftballons - Nena\n",
	      "Some One - A Song\n", 0);
}

static void test_refused(void **state)
{
	(void)state;
	refuses("", "without a query");
	refuses("# nothing\n\n", "without a query");
	refuses("sad songs\n", "line 1, \"sad songs\": no line of a marked");
	refuses("# query: a\n# query: b\n", "line 2, \"# query: b\": a second");
	refuses("+- 1 " A "\n", "both + and -");
	refuses("+ 1 " A "\n1 " B "\n- 1 " A "\n", "line 3");
	refuses("# query: q\n+\n", "line 2, \"+\": a mark without a track");
	refuses("3\n", "a rank without a track");
	refuses("+ 3\n", "a rank without a track");
	refuses("x 1 " A "\n", "no line of a marked list");
	refuses("\xff\xfe#\n", "UTF-16");
	refuses("a\x1b[31mb\n", "\"a?[31mb\"");
	/* a long line is cut between letters */
	refuses("x23456789 123456789 123456789 123456789 123456789 123456789"
		"\xc3\xa9 x\n",
		"123456789 123456789...\"");
}

static void asks(const char *text, const char *json)
{
	struct marks m = { 0 };
	struct str line = { 0 };
	struct err err = { 0 };

	if (marks_read(&m, span_of(text), &err))
		fail_msg("%s: %s", text, err.message);
	marks_request(&m, &line);
	test_span_is(span_str(&line), json);
	marks_release(&m);
	str_release(&line);
}

static void test_request(void **state)
{
	(void)state;
	asks("# query: \"blue monday\"\n- 1 " A "\n+ 2 " B "\n",
	     "{\"query\":\"\\\"blue monday\\\"\",\"keep\":[\"" B
	     "\"],\"unlike\":[\"" A "\"]}");
	asks("# query: 1999\n# top_k: 5\n# literal: true\n# arc: sad -> \"x\n",
	     "{\"query\":\"1999\",\"top_k\":5,\"literal\":true,"
	     "\"arc\":\"sad -> \\\"x\"}");
	/* a name that comes again; objects by their members */
	asks("# more: fast\n# filters.genres: Indie\n# mood.valence: -0.5\n"
	     "# more: [\"a\",\"b\"]\n# filters.min_year: 2000\n"
	     "# more: []\n# mood.arousal: 0\n# filters.genres: \"1999\"\n",
	     "{\"more\":[\"fast\",\"a\",\"b\"],\"filters\":{\"genres\":"
	     "[\"Indie\",\"1999\"],\"min_year\":2000},"
	     "\"mood\":{\"valence\":-0.5,\"arousal\":0}}");
	/* what the members say of keep and unlike goes before the marks */
	asks("# unlike: Some One - A Song\n# Keep: [\"k\"]\n- 1 " A "\n"
	     "# unlike: [ ]\n",
	     "{\"keep\":[\"k\"],\"unlike\":[\"Some One - A Song\",\"" A "\"]}");
	asks("1 " A "\n", "{}");
}

/* Any bytes: read or refused, and what is read is a JSON object. */
static void test_any_bytes(void **state)
{
	static const char *const parts[] = { "+",
					     "-",
					     " ",
					     "\n",
					     "#",
					     "# query: x\n",
					     "\xff",
					     "\r",
					     A,
					     ".",
					     "7",
					     ":",
					     "# a.b: ",
					     "[1,",
					     "{}",
					     "%0",
					     "\"",
					     "\t",
					     B,
					     "# keep: ",
					     "##",
					     "]",
					     "\xef\xbb\xbf",
					     "# unlike: [] \n" };
	uint64_t rng = 7;
	struct marks m = { 0 };
	struct str text = { 0 }, line = { 0 };
	struct request request = { 0 };
	size_t read = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct err err = { 0 };

		str_reset(&text);
		for (size_t k = rng_below(&rng, 12); k; k--)
			str_puts(&text, parts[rng_below(&rng, 24)]);
		if (marks_read(&m, span_str(&text), &err)) {
			assert_true(err.message[0]);
			continue;
		}
		marks_request(&m, &line);
		if (request_read(&request, span_str(&line), &err) &&
		    strstr(err.message, "not a request"))
			fail_msg("%s: %s", str_z(&line), err.message);
		read++;
	}
	assert_true(read > 500);
	marks_release(&m);
	request_release(&request);
	str_release(&text);
	str_release(&line);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_as_written),
					    cmocka_unit_test(test_forgiven),
					    cmocka_unit_test(test_names),
					    cmocka_unit_test(test_refused),
					    cmocka_unit_test(test_request),
					    cmocka_unit_test(test_any_bytes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
