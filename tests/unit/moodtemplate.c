/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places that are filled; hostile text in XML, in scripts, cut. */
#include "testing.h"

#include "corpus/moodtemplate.h"

static void test_fill(void **state)
{
	const struct moodtemplate_value values[] = { { "a", SPAN("{{b}}") },
						     { "b", SPAN("") },
						     { 0 } };
	char *path = test_path("template");
	struct str out = { 0 };
	struct err err = { 0 };

	(void)state;
	test_save(path, "{{a}}-{{b}}-{x}", 15);
	assert_int_equal(moodtemplate_fill("x", path, values, &out, &err), 0);
	test_span_is(span_str(&out), "{{b}}--{x}"); /* not filled again */
	test_save(path, "{{c}}", 5);
	assert_int_equal(moodtemplate_fill("x", path, values, &out, &err), -1);
	assert_status(&err, ERR_DATA);
	test_save(path, "{{a", 3);
	assert_int_equal(moodtemplate_fill("x", path, values, &out, &err), -1);
	assert_status(&err, ERR_DATA);
	unlink(path);
	assert_int_equal(moodtemplate_fill("x", path, values, &out, &err), -1);
	assert_status(&err, ERR_ENV);
	str_release(&out);
	free(path);
}

static void test_escapes(void **state)
{
	struct str out = { 0 };

	(void)state;
	moodtemplate_xml(&out, SPAN("<a b='c' d=\"e\">&]]>\x01\xff\n"));
	test_span_is(span_str(&out), "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;"
				     "&amp;]]&gt; \xef\xbf\xbd ");
	str_reset(&out);
	/* U+2028, U+202E (right to left), U+FFFF: no lines, no turns */
	moodtemplate_json(&out, SPAN("</script><!--\"\\\n\xe2\x80\xa8&"
				     "\xe2\x80\xae\xef\xbf\xbf"));
	test_span_is(span_str(&out),
		     "\"\\u003c/script\\u003e\\u003c!--\\\"\\\\  \\u0026  \"");
	str_release(&out);
}

static void cut_is(const char *text, unsigned columns, const char *want)
{
	struct str out = { 0 };

	moodtemplate_cut(&out, span_of(text), columns);
	test_span_is(span_str(&out), want);
	str_release(&out);
}

static void test_cut(void **state)
{
	(void)state;
	cut_is("", 4, "");
	cut_is("four", 4, "four");
	cut_is("fives", 4, "fiv\xe2\x80\xa6");
	cut_is("\xc3\xa9\xc3\xa9\xc3\xa9", 2, "\xc3\xa9\xe2\x80\xa6");
	/* two columns each */
	cut_is("\xe6\x97\xa5\xe6\x9c\xac", 4, "\xe6\x97\xa5\xe6\x9c\xac");
	cut_is("\xe6\x97\xa5\xe6\x9c\xac", 3, "\xe6\x97\xa5\xe2\x80\xa6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
