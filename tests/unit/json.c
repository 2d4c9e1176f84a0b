/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "io/json.h"

/* The text in memory of exactly its size, so that ASan sees a step too far. */
static bool accepts(const char *text, size_t n)
{
	char *exact = malloc(n ? n : 1);
	const char *why = NULL, *end;
	bool whole;

	if (n)
		memcpy(exact, text, n);
	end = json_skip(exact, exact + n, &why);
	whole = end == exact + n;
	assert_true(end || why);
	free(exact);
	return whole;
}

static const char *const GOOD[] = {
	"null",
	"true",
	"false",
	"0",
	"-0",
	"7.6",
	"1e400",
	"-1.5E-10",
	"1E+2",
	"0e0",
	"123456789012345678901234567890",
	"\"\"",
	"\"a\"",
	"\"\\u0000\"",
	"\"\\ud800\"",
	"\"\\uD83D\\uDE00\"",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
	"\"\x7f\"",
	"\"\xff\xfe\"",
	"[]",
	"{}",
	"[ ]",
	"{ }",
	"[1]",
	"[1,2]",
	"[ 1 , 2 ]",
	"[[],{}]",
	"{\"a\":1}",
	"{\"a\":1,\"a\":2}",
	"{ \"a\" : [ ] , \"\" : null }",
	"[\"]\"]",
	"{\"}\":\"{\"}",
	"[\t\r\n1]",
};
static const char *const BAD[] = {
	"",
	" ",
	"nul",
	"tru",
	"True",
	"NULL",
	"NaN",
	"Infinity",
	"-",
	"+1",
	"01",
	"-01",
	"1.",
	".5",
	"1e",
	"1e+",
	"0x10",
	"1.2.3",
	"--1",
	"'a'",
	"\"",
	"\"a",
	"\"\\\"",
	"\"\\x\"",
	"\"\\u12\"",
	"\"\\u123g\"",
	"\"\\",
	"\"\\u",
	"\"\t\"",
	"\"\n\"",
	"\"\x01\"",
	"[",
	"]",
	"[1",
	"[1,",
	"[1,]",
	"[,1]",
	"[,]",
	"[1 2]",
	"[1}",
	"{",
	"}",
	"{]",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\":1,}",
	"{,}",
	"{a:1}",
	"{\"a\" 1}",
	"{\"a\":1 \"b\":2}",
	"{1:2}",
	"{\"a\":1]",
	"{\"a\":1",
	"{\"a\":",
	"{\"a",
	"[[]",
	"[{]}",
	"//",
	"/**/1",
	"[1]]",
	"{}}",
	"1 ",
	"nullnull",
	"\x1f",
	"\357\273\2771",
	"\xa0",
	"[\v1]",
};

static void rfc8259(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(GOOD) / sizeof(*GOOD); i++)
		if (!accepts(GOOD[i], strlen(GOOD[i])))
			fail_msg("refused: %s", GOOD[i]);
	for (i = 0; i < sizeof(BAD) / sizeof(*BAD); i++)
		if (accepts(BAD[i], strlen(BAD[i])))
			fail_msg("accepted: %s", BAD[i]);
	assert_false(accepts("\"\0\"", 3));
	assert_false(accepts("\"\\\0\"", 4));
	assert_false(accepts("\0", 1));
}

/* No prefix of a good array, object or string is good. */
static void truncation(void **state)
{
	static const char text[] =
	    "{\"a\":[1,2.5e3,{\"b\":\"\\u00e9\\n x\"}],\"c\":[true,null,[]]}";
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(text) - 1; n++)
		assert_false(accepts(text, n));
	assert_true(accepts(text, n));
}

/* Strings of every length, with the bad byte at every place: the vector code
 * looks at 16 bytes at a time. */
static void strings_of_all_lengths(void **state)
{
	char text[80];
	size_t n, at;

	(void)state;
	for (n = 0; n < 70; n++) {
		memset(text, 'x', sizeof(text));
		text[0] = text[n + 1] = '"';
		assert_true(accepts(text, n + 2));
		for (at = 1; at <= n; at++) {
			text[at] = 0x1f;
			assert_false(accepts(text, n + 2));
			text[at] = '\\';
			assert_false(accepts(text, n + 2) && n == at);
			text[at] = '"';
			assert_false(accepts(text, n + 2));
			text[at] = (char)0xe9;
			assert_true(accepts(text, n + 2));
			text[at] = ' ';
			assert_true(accepts(text, n + 2));
		}
	}
}

static void nesting(void **state)
{
	struct str s = { 0 };
	int depth, i;

	(void)state;
	for (depth = JSON_DEPTH - 1; depth <= JSON_DEPTH + 1; depth++) {
		str_reset(&s);
		for (i = 0; i < depth; i++)
			str_puts(&s, i % 2 ? "{\"a\":" : "[");
		str_puts(&s, "0");
		for (i = depth; i--;)
			str_putc(&s, i % 2 ? '}' : ']');
		assert_int_equal(accepts(s.p, s.n), depth <= JSON_DEPTH);
	}
	str_reset(&s);
	for (i = 0; i < 1000000; i++)
		str_putc(&s, '[');
	assert_false(accepts(s.p, s.n));
	str_release(&s);
}

static void decoding(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "\"\"", "" },
		{ "\"abc\"", "abc" },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
		{ "\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac" },
		{ "\"\\uD83D\\uDE00\"", "\xf0\x9f\x98\x80" },
		{ "\"a\\u0000b\"", "a\xef\xbf\xbd"
				   "b" },
		{ "\"\\ud83dx\"", "\xef\xbf\xbdx" },
		{ "\"\\ude00\"", "\xef\xbf\xbd" },
		{ "\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80" },
		{ "\"\\ud83d\\n\"", "\xef\xbf\xbd\n" },
		{ "\"\\udbff\\udfff\"", "\xf4\x8f\xbf\xbf" },
		{ "\"\\uffff\"", "\xef\xbf\xbf" },
		/* invalid UTF-8: overlong, surrogate, too large, cut */
		{ "\"\xc0\xaf\"", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\"\xed\xa0\x80\"", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\"\xf4\x90\x80\x80\"",
		  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\"\xe2\x82\"", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\"\xe2\x82\\n\"", "\xef\xbf\xbd\xef\xbf\xbd\n" },
		{ "\"\x80x\"", "\xef\xbf\xbdx" },
		{ "\"\xf0\x9f\x98\x80 ok\"", "\xf0\x9f\x98\x80 ok" },
	};
	struct str s = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		str_reset(&s);
		assert_int_equal(json_string(span_of(cases[i].text), &s), 0);
		test_span_is(span_str(&s), cases[i].want);
	}
	assert_int_equal(json_string(SPAN("1"), &s), -1);
	assert_int_equal(json_string((struct span){ 0 }, &s), -1);
	assert_int_equal(json_string(SPAN("null"), &s), -1);
	str_release(&s);
}

/* Any bytes: written as valid JSON, read back as what they were or as U+FFFD,
 * and then unchanged for ever. */
static void strings_round_trip(void **state)
{
	struct str json = { 0 }, text = { 0 }, again = { 0 };
	uint64_t rng = 5;
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		size_t n = rng_below(&rng, 40), i;
		char raw[40];
		bool ascii = true;

		for (i = 0; i < n; i++) {
			raw[i] =
			    (char)(rng_below(&rng, 3) ? rng_below(&rng, 128)
						      : rng_next(&rng));
			ascii = ascii && raw[i] > 0;
		}
		str_reset(&json);
		str_reset(&text);
		json_put_string(&json, (struct span){ raw, n });
		assert_true(accepts(json.p, json.n));
		assert_null(memchr(json.p, '\n', json.n));
		assert_int_equal(json_string(span_str(&json), &text), 0);
		if (ascii)
			assert_true(
			    span_eq(span_str(&text), (struct span){ raw, n }));
		str_reset(&json);
		str_reset(&again);
		json_put_string(&json, span_str(&text));
		assert_int_equal(json_string(span_str(&json), &again), 0);
		assert_true(span_eq(span_str(&text), span_str(&again)));
	}
	str_release(&json);
	str_release(&text);
	str_release(&again);
}

static void scalars(void **state)
{
	struct str s = { 0 };
	double v = 5;
	bool b = false;

	(void)state;
	assert_int_equal(json_type((struct span){ 0 }), JSON_NONE);
	assert_int_equal(json_type(SPAN("null")), JSON_NULL);
	assert_int_equal(json_type(SPAN("-1")), JSON_NUMBER);
	assert_int_equal(json_number(SPAN("7.6"), &v), 0);
	assert_true(fabs(v - 7.6) <= 0);
	assert_int_equal(json_number(SPAN("1e400"), &v), -1);
	assert_int_equal(json_number(SPAN("\"1\""), &v), -1);
	assert_int_equal(json_number(SPAN("true"), &v), -1);
	assert_int_equal(json_bool(SPAN("true"), &b), 0);
	assert_true(b);
	assert_int_equal(json_bool(SPAN("false"), &b), 0);
	assert_false(b);
	assert_int_equal(json_bool(SPAN("1"), &b), -1);
	json_put_number(&s, NAN, 3);
	json_put_number(&s, -INFINITY, 3);
	test_span_is(span_str(&s), "nullnull");
	str_release(&s);
}

static void iterating(void **state)
{
	struct span a = SPAN("[ 1 , \"]\" ,[2,3],{\"x\":[]} ]"), e, name;
	struct span o = SPAN("{ \"a\" : 1 , \"\\u0061\":2,\"b\":{\"a\":3} }");
	static const char *const want[] = { "1", "\"]\"", "[2,3]",
					    "{\"x\":[]}" };
	size_t pos = 0, i = 0;

	(void)state;
	while (json_each(a, &pos, &e))
		test_span_is(e, want[i++]);
	assert_int_equal(i, 4);
	assert_int_equal(json_each(a, &pos, &e), 0);
	pos = 0;
	assert_int_equal(json_each(o, &pos, &e), 0);
	assert_int_equal(json_each(SPAN("[]"), &pos, &e), 0);
	assert_int_equal(json_each((struct span){ 0 }, &pos, &e), 0);
	assert_int_equal(json_member(a, &pos, &name, &e), 0);
	assert_int_equal(json_member(o, &pos, &name, &e), 1);
	test_span_is(name, "a");
	test_span_is(e, "1");
	assert_int_equal(json_member(o, &pos, &name, &e), 1);
	test_span_is(name, "\\u0061");
	assert_true(json_name_is(name, "a"));
	assert_false(json_name_is(name, "\\u0061"));
	assert_int_equal(json_member(o, &pos, &name, &e), 1);
	assert_int_equal(json_member(o, &pos, &name, &e), 0);
	test_span_is(json_get(o, "a"), "2");
	test_span_is(json_get(json_get(o, "b"), "a"), "3");
	assert_null(json_get(o, "c").p);
	assert_null(json_get(SPAN("[1]"), "a").p);
}

/* Whatever the bytes: no crash, and iterating ends. */
static void garbage(void **state)
{
	static const char alphabet[] = "{}[]\",:\\u0123dDeE+-.truefalsn \x80\t";
	uint64_t rng = 9;
	int round;

	(void)state;
	for (round = 0; round < 200000; round++) {
		size_t n = 1 + rng_below(&rng, 24), i, pos = 0, steps = 0;
		char *text = malloc(n);
		struct str s = { 0 };
		struct span e, name, v = { text, n };

		for (i = 0; i < n; i++)
			text[i] =
			    alphabet[rng_below(&rng, sizeof(alphabet) - 1)];
		accepts(text, n);
		while (json_each(v, &pos, &e))
			assert_true(++steps <= n);
		pos = 0;
		while (json_member(v, &pos, &name, &e))
			assert_true(++steps <= 2 * n);
		json_string(v, &s);
		json_number(v, &(double){ 0 });
		str_release(&s);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8259),
		cmocka_unit_test(truncation),
		cmocka_unit_test(strings_of_all_lengths),
		cmocka_unit_test(nesting),
		cmocka_unit_test(decoding),
		cmocka_unit_test(strings_round_trip),
		cmocka_unit_test(scalars),
		cmocka_unit_test(iterating),
		cmocka_unit_test(garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
