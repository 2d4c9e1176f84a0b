/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/soft404.h"

static struct soft404 *open_table(void)
{
	const char *data = getenv("MOODPIPE_DATA");
	struct str path = { 0 };
	struct err err;
	struct soft404 *s;

	str_printf(&path, "%s/soft404.tsv", data ? data : "data");
	s = soft404_open(str_z(&path), &err);
	str_release(&path);
	assert_non_null(s);
	return s;
}

static void test_place(void **state)
{
	static const struct {
		const char *from, *to;
		enum soft404_place place;
	} cases[] = {
		{ "http://a/x", "http://a/", SOFT404_MISSING },
		{ "http://a/x", "http://b", SOFT404_MISSING },
		{ "http://a/x", "http://a/index.html", SOFT404_MISSING },
		{ "http://a/index.html", "http://a/", SOFT404_ELSEWHERE },
		{ "http://a/", "https://a/", SOFT404_ELSEWHERE },
		{ "http://a/x", "http://a/y", SOFT404_ELSEWHERE },
		{ "http://a/x", "http://a/?id=7", SOFT404_ELSEWHERE },
		{ "http://a/x", "http://a/404", SOFT404_MISSING },
		{ "http://a/x", "http://a/e/Not-Found/", SOFT404_MISSING },
		{ "http://a/404", "http://a/404/", SOFT404_ELSEWHERE },
		{ "http://a/x", "http://a/songs/index.html",
		  SOFT404_ELSEWHERE },
		{ "http://a/x", "http://a/login?next=/x", SOFT404_LOGIN },
		{ "http://a/login", "http://a/login/", SOFT404_ELSEWHERE },
		{ "nonsense", "http://a/", SOFT404_ELSEWHERE },
	};
	struct soft404 *s = open_table();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (soft404_place(s, span_of(cases[i].from),
				  span_of(cases[i].to)) != cases[i].place)
			fail_msg("%s -> %s", cases[i].from, cases[i].to);
	soft404_free(s);
}

static void test_titles(void **state)
{
	static const struct {
		const char *title;
		bool yes;
	} cases[] = {
		{ "404", true },
		{ "Error 404", true },
		{ "404 | My Site", true },
		{ "My Site - Page Not Found", true },
		{ "Sorry, this page could not be found", true },
		{ "PAGE INTROUVABLE", true },
		{ "Página no encontrada", true },
		{ "Страница не найдена", true },
		{ "ページが見つかりません", true },
		{ "404 Festival", false },
		{ "Lost and found", false },
		{ "I still haven't found what I'm looking for", false },
		{ "Not Founders", false },
		{ "A long title in which not found is two words of many",
		  false },
		{ "", false },
	};
	struct soft404 *s = open_table();
	struct soft404_page page;
	char html[300];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int k = 0; k < 2; k++) {
			snprintf(html, sizeof(html),
				 "<meta charset=utf-8><%s>%s</%s><p>x",
				 k ? "h1" : "title", cases[i].title,
				 k ? "h1" : "title");
			soft404_look(s, span_of(html), SPAN("http://a/x"),
				     &page);
			if (page.says_so != cases[i].yes)
				fail_msg("%s", html);
		}
	soft404_free(s);
}

static void test_same(void **state)
{
	static const char form[] =
	    "<title>%s</title><p>nothing at %s here %d, go to our front page "
	    "and look for something else there, will you please<script>%d";
	struct soft404 *s = open_table();
	struct soft404_page a, b, c;
	char html[400];

	(void)state;
	snprintf(html, sizeof(html), form, "Site", "blue-song", 17, 1);
	soft404_look(s, span_of(html), SPAN("http://a/blue-song"), &a);
	snprintf(html, sizeof(html), form, "Site", "red-tune", 99, 2);
	soft404_look(s, span_of(html), SPAN("http://a/red-tune"), &b);
	assert_true(soft404_same(&a, &b));
	snprintf(html, sizeof(html), form, "Another", "red-tune", 99, 2);
	soft404_look(s, span_of(html), SPAN("http://a/red-tune"), &c);
	assert_false(soft404_same(&a, &c));
	soft404_look(s, SPAN("<title>Site</title>a wholly other page of words"),
		     SPAN("http://a/x"), &c);
	assert_false(soft404_same(&a, &c));
	soft404_free(s);
}

static void test_probe(void **state)
{
	struct str a = { 0 }, b = { 0 };

	(void)state;
	assert_int_equal(soft404_probe(SPAN("http://h/x/y"), &a), 0);
	assert_int_equal(soft404_probe(SPAN("http://h/x/z?q"), &b), 0);
	assert_true(span_eq(span_str(&a), span_str(&b)));
	assert_memory_equal(a.p, "http://h:80/x/moodpipe-", 23);
	assert_int_equal(soft404_probe(SPAN("https://h"), &b), 0);
	assert_memory_equal(b.p, "https://h:443/moodpipe-", 23);
	assert_int_equal(soft404_probe(SPAN("x"), &b), -1);
	str_release(&a);
	str_release(&b);
}

/* Bytes of all kinds, and pages cut anywhere. */
static void test_hostile(void **state)
{
	static const char page[] =
	    "<html><title>x &amp; y</title><h1>a<b>c</h1>"
	    "<script>if (a<b)</script><!-- -- ><p a='\"'>z&#0;&#xffffff;";
	struct soft404 *s = open_table();
	struct soft404_page out;
	char noise[512];
	uint32_t x = 1;

	(void)state;
	for (size_t n = 0; n < sizeof(page); n++)
		soft404_look(s, (struct span){ page, n }, SPAN("http://a/"),
			     &out);
	for (int k = 0; k < 300; k++) {
		for (size_t i = 0; i < sizeof(noise); i++) {
			x = x * 1664525 + 1013904223;
			noise[i] = k % 3 ? "<>/ht1\"'= &;!-"[(x >> 20) % 14]
					 : (char)(x >> 24);
		}
		soft404_look(s, (struct span){ noise, sizeof(noise) },
			     (struct span){ noise, 40 }, &out);
	}
	soft404_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_place),   cmocka_unit_test(test_titles),
		cmocka_unit_test(test_same),    cmocka_unit_test(test_probe),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
