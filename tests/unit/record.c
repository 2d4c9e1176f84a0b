/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "io/json.h"
#include "io/record.h"

/* --- random records --- */

static void put_space(struct str *s, uint64_t *rng)
{
	static const char *const some[] = { "", "", "", " ", "\t", "  ", "\r" };

	str_puts(s, some[rng_below(rng, 7)]);
}

static void put_value(struct str *s, uint64_t *rng, int depth)
{
	static const char *const scalars[] = {
		"7.6",
		"1e400",
		"-0",
		"0.1e-7",
		"123456789012345678901234567890",
		"\"\\u0000\"",
		"\"\\ud800\"",
		"\"\"",
		"\"a,}]b\"",
		"null",
		"true",
		"false",
		"\"\\\"\"",
		"\"\\\\\"",
		"\"\xc3\xa9\"",
		"\"\xff\"",
		"\"{\\\"a\\\":1}\"",
	};
	size_t n, i, kind = rng_below(rng, depth > 3 ? 1 : 3);

	if (!kind) {
		str_puts(s, scalars[rng_below(rng, 17)]);
		return;
	}
	n = rng_below(rng, 4);
	str_putc(s, kind == 1 ? '[' : '{');
	for (i = 0; i < n; i++) {
		if (i)
			str_putc(s, ',');
		put_space(s, rng);
		if (kind == 2)
			str_puts(s, i % 2 ? "\"id\" :" : "\"\\u0061\":");
		put_value(s, rng, depth + 1);
		put_space(s, rng);
	}
	str_putc(s, kind == 1 ? ']' : '}');
}

/* A member's text, of a name of which the tests own only "own". */
static void put_member(struct str *s, uint64_t *rng)
{
	static const char *const names[] = {
		"a",       "title",    "",
		"\\u0061", "x\\\"y",   "\\ud83d\\ude00",
		"error ",  "Own",      "own2",
		"ow",      "\xc3\xbc", "a\\\\",
	};

	str_printf(s, "\"%s\"", names[rng_below(rng, 12)]);
	put_space(s, rng);
	str_putc(s, ':');
	put_space(s, rng);
	put_value(s, rng, 0);
}

struct parts { /* of a line: its own members cut out of the middle */
	struct str head, foreign, tail;
};

static void put_record(struct str *line, struct parts *p, uint64_t *rng)
{
	static const char *const own[] = { "\"own\":1", "\"\\u006fwn\" : [ 2 ]",
					   "\"own\":{\"own\":3}" };
	size_t n = rng_below(rng, 8), i, at, gap;
	bool kept = false;

	str_reset(line);
	str_reset(&p->foreign);
	put_space(line, rng);
	str_putc(line, '{');
	put_space(line, rng);
	str_reset(&p->head);
	str_span(&p->head, span_str(line));
	for (i = 0; i < n; i++) {
		gap = line->n;
		if (i) {
			put_space(line, rng);
			str_putc(line, ',');
			put_space(line, rng);
		}
		at = line->n;
		if (!rng_below(rng, 5)) {
			str_puts(line, own[rng_below(rng, 3)]);
			kept = false;
			continue;
		}
		put_member(line, rng);
		if (p->foreign.n && !kept)
			str_putc(&p->foreign, ',');
		at = kept ? gap : at; /* neighbours keep what is between */
		str_put(&p->foreign, line->p + at, line->n - at);
		kept = true;
	}
	at = line->n;
	if (n)
		put_space(line, rng);
	str_putc(line, '}');
	put_space(line, rng);
	str_reset(&p->tail);
	str_put(&p->tail, line->p + at, line->n - at);
}

/* The line with one more member, or (NULL) without its own ones. */
static const char *wanted(struct str *want, const struct parts *p,
			  const char *member)
{
	str_reset(want);
	str_span(want, span_str(&p->head));
	str_span(want, span_str(&p->foreign));
	if (member && p->foreign.n)
		str_putc(want, ',');
	if (member)
		str_puts(want, member);
	str_span(want, span_str(&p->tail));
	str_putc(want, '\n');
	return str_z(want);
}

static void parse(struct record *r, const struct str *line)
{
	struct err e = { 0 };

	if (record_parse(r, span_str(line), &e))
		fail_msg("refused: %.*s: %s", (int)line->n, line->p, e.message);
}

/* Untouched: every byte. Set and removed: every byte of every other member, in
 * its order. */
static void foreign_bytes_pass(void **state)
{
	struct str line = { 0 }, out = { 0 }, want = { 0 };
	struct parts parts = { 0 };
	struct record r = { 0 };
	uint64_t rng = 11;
	int round;

	(void)state;
	for (round = 0; round < 30000; round++) {
		put_record(&line, &parts, &rng);
		parse(&r, &line);
		str_reset(&out);
		record_write(&r, &out);
		assert_int_equal(out.n, line.n + 1);
		assert_memory_equal(out.p, line.p, line.n);

		record_set(&r, "own", SPAN("[9]"));
		str_reset(&out);
		record_write(&r, &out);
		test_span_is(span_str(&out),
			     wanted(&want, &parts, "\"own\":[9]"));
		test_span_is(record_get(&r, "own"), "[9]");

		parse(&r, &line);
		bool had = record_get(&r, "own").p != NULL;
		record_remove(&r, "own");
		assert_null(record_get(&r, "own").p);
		str_reset(&out);
		record_write(&r, &out);
		if (had)
			test_span_is(span_str(&out),
				     wanted(&want, &parts, NULL));
		parse(&r, &(struct str){ out.p, out.n - 1, 0 });
	}
	record_release(&r);
	str_release(&line);
	str_release(&parts.head);
	str_release(&parts.foreign);
	str_release(&parts.tail);
	str_release(&out);
	str_release(&want);
}

static void written(struct record *r, const char *want)
{
	struct str out = { 0 };

	record_write(r, &out);
	test_span_is(span_str(&out), want);
	str_release(&out);
}

static void setting(void **state)
{
	struct record r = { 0 };

	(void)state;
	record_parse(&r, SPAN("{}"), NULL);
	written(&r, "{}\n");
	record_set(&r, "a", SPAN("1"));
	record_set_text(&r, "b", SPAN("x\"\n"));
	record_set_number(&r, "c", 0.25, 3);
	written(&r, "{\"a\":1,\"b\":\"x\\\"\\n\",\"c\":0.25}\n");
	record_set(&r, "a", SPAN("2")); /* goes to the end */
	written(&r, "{\"b\":\"x\\\"\\n\",\"c\":0.25,\"a\":2}\n");
	record_remove(&r, "b");
	test_span_is(record_get(&r, "a"), "2");
	record_set_number(&r, "d", NAN, 3);
	assert_null(record_get(&r, "d").p);
	written(&r, "{\"c\":0.25,\"a\":2,\"d\":null}\n");
	record_remove(&r, "a");
	record_remove(&r, "c");
	record_remove(&r, "d");
	written(&r, "{}\n");
	record_parse(&r, SPAN("{\"z\":0}"), NULL); /* nothing is left over */
	assert_null(record_get(&r, "b").p);
	written(&r, "{\"z\":0}\n");
	record_remove(&r, "absent");
	written(&r, "{\"z\":0}\n");
	record_release(&r);
}

static void reading(void **state)
{
	struct record r = { 0 };
	struct str s = { 0 };
	struct err e = { 0 };
	double v = 0;

	(void)state;
	assert_int_equal(
	    record_parse(
		&r,
		SPAN("{\"a\":1,\"id\":\" x \",\"n\":null,\"t\":\"  hi "
		     "\\n\",\"e\":\"  \","
		     "\"s\":\" 12.5 "
		     "\",\"a\":2,\"l\":[1],\"big\":1e400,\"h\":\"0x10\","
		     "\"b\":true,\"\\u0065sc\":7,\"f\":7.60}"),
		&e),
	    0);
	test_span_is(record_get(&r, "a"), "2");
	test_span_is(record_get(&r, "esc"), "7");
	assert_null(record_get(&r, "n").p);
	assert_null(record_get(&r, "none").p);
	assert_true(record_text(&r, "t", &s));
	assert_string_equal(str_z(&s), "hi");
	assert_true(record_text(&r, "f", &s));
	assert_string_equal(str_z(&s), "7.60");
	assert_false(record_text(&r, "e", &s));
	assert_false(record_text(&r, "l", &s));
	assert_false(record_text(&r, "b", &s));
	assert_false(record_text(&r, "none", &s));
	assert_int_equal(s.n, 0);
	assert_true(record_number(&r, "s", &v));
	assert_true(fabs(v - 12.5) <= 0);
	assert_true(record_number(&r, "f", &v));
	assert_false(record_number(&r, "big", &v));
	assert_false(record_number(&r, "h", &v));
	assert_false(record_number(&r, "e", &v));
	assert_false(record_number(&r, "b", &v));
	assert_int_equal(record_id(&r, &s, &e), 0);
	assert_string_equal(str_z(&s), "x");
	record_remove(&r, "id");
	assert_int_equal(record_id(&r, &s, &e), -1);
	assert_status(&e, ERR_RECORD);
	record_set(&r, "id", SPAN("5"));
	assert_int_equal(record_id(&r, &s, &e), -1);
	record_release(&r);
	str_release(&s);
}

static void malformed(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"[]",
		"1",
		"null",
		"{",
		"{\"a\"",
		"{\"a\":",
		"{\"a\":1",
		"{\"a\":1,}",
		"{,}",
		"{\"a\":1}{",
		"{\"a\":1} x",
		"{\"a\":1}}",
		"{a:1}",
		"{\"a\":01}",
		"{\"a\tb\":1}",
		"{\"a\x01\":1}",
		"{\"a\\x\":1}",
		"{\"a\\\":1}",
		"{\"a\":\"b}",
		"{\"a\":tru}",
		"{\"a\":1 \"b\":2}",
		"{\"a\" 1}",
		"\xef\xbb\xbf{}",
		"{\"",
		"{\"\\",
		"{\"a\":[1,{]}",
		"{\"a\":\"\x1f\"}",
	};
	struct record r = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		size_t n = strlen(bad[i]);
		char *exact = malloc(n ? n : 1);
		struct err e = { 0 };

		memcpy(exact, bad[i], n);
		if (!record_parse(&r, (struct span){ exact, n }, &e))
			fail_msg("accepted: %s", bad[i]);
		assert_status(&e, ERR_DATA);
		assert_non_null(strstr(e.message, "at byte "));
		free(exact);
	}
	assert_int_equal(
	    record_parse(&r, (struct span){ "{\"\0\":1}", 7 }, NULL), -1);
	record_release(&r);
}

/* Every prefix, and every byte changed: refused, or still the whole truth. */
static void mutations(void **state)
{
	static const char line[] =
	    "{\"a\":[1,{\"b\":\"\\u00e9\"}],\"c\" : -1.5e3,"
	    "\"d\":{\"e\":[true,null]},\"\\n\":\"\"}";
	char copy[sizeof(line)];
	struct record r = { 0 };
	struct str out = { 0 };
	const char *why;
	size_t n, i;
	int c;

	(void)state;
	for (n = 0; n + 1 < sizeof(line); n++)
		assert_int_equal(
		    record_parse(&r, (struct span){ line, n }, NULL), -1);
	for (i = 0; i < n; i++)
		for (c = 0; c < 256; c++) {
			memcpy(copy, line, sizeof(line));
			copy[i] = (char)c;
			if (record_parse(&r, (struct span){ copy, n }, NULL))
				continue;
			record_set(&r, "x", SPAN("1"));
			str_reset(&out);
			record_write(&r, &out);
			assert_ptr_equal(json_skip(out.p, out.p + out.n, &why),
					 out.p + out.n - 1);
		}
	record_release(&r);
	str_release(&out);
}

static void failing(void **state)
{
	struct record r = { 0 };
	struct err e = { 0 };

	(void)state;
	record_parse(&r, SPAN("{\"id\":\"a\"}"), NULL);
	assert_false(record_failed(&r));
	err_set(&e, ERR_RECORD, "decode", "bad \"%s\" \xff", "x");
	e.retry = true;
	record_fail(&r, "tool", &e);
	assert_true(record_failed(&r));
	written(&r, "{\"id\":\"a\",\"error\":{\"tool\":\"tool\",\"code\":"
		    "\"decode\",\"message\":\"bad \\\"x\\\" \xef\xbf\xbd\","
		    "\"retry\":true}}\n");
	record_parse(&r, SPAN("{\"error\":null}"), NULL);
	assert_false(record_failed(&r));
	record_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign_bytes_pass),
		cmocka_unit_test(setting),
		cmocka_unit_test(reading),
		cmocka_unit_test(malformed),
		cmocka_unit_test(mutations),
		cmocka_unit_test(failing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
