/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "io/jsonpath.h"

static const char text[] =
    "{\"a\":{\"b\":[{\"n\":\"x\"},{\"n\":\"y\"},{\"m\":3},null]},"
    "\"s\":\"one\",\"list\":[\"p\",2,true,null,{\"q\":1}],\"z\":null,"
    "\"e\\u0301\":\"odd\",\"empty\":\"\"}";

static void check(const char *path, const char *wanted)
{
	struct str out = { 0 };

	assert_true(jsonpath_valid(path));
	assert_int_equal(jsonpath_text(SPAN(text), path, "|", &out),
			 *wanted != '\0');
	assert_string_equal(str_z(&out), wanted);
	str_release(&out);
}

static void texts(void **state)
{
	(void)state;
	check("s", "one");
	check("a.b[0].n", "x");
	check("a.b[*].n", "x|y");
	check("a.b[2].m", "3");
	check("a.b[3]", "");
	check("a.b[9].n", "");
	check("list", "p|2|true");
	check("list[1]", "2");
	check("z", "");
	check("nothing.at.all", "");
	check("s.b", "");
	check("s[0]", "");
	check("empty", "");
}

static void raw(void **state)
{
	struct span out[4];

	(void)state;
	assert_int_equal(jsonpath_find(SPAN("[1,2,3]"), "[*]", out, 2), 2);
	assert_true(span_is(out[1], "2"));
	assert_int_equal(jsonpath_find(SPAN("[1]"), "", out, 4), 1);
	assert_true(span_is(out[0], "[1]"));
	assert_int_equal(jsonpath_find(SPAN("null"), "", out, 4), 0);
}

static void malformed(void **state)
{
	static const char *const bad[] = { ".a",  "a..b", "a[",    "a[x]",
					   "a[]", "a.",   "a[-1]", "[1" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct span out;

		assert_false(jsonpath_valid(bad[i]));
		jsonpath_find(SPAN(text), bad[i], &out, 1);
	}
	assert_true(jsonpath_valid(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(raw),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
