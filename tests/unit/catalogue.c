/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "corpus/catalogue.h"

static char dir[128], file[160];

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(dir, sizeof(dir), "%.90s/sources-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return -1;
	snprintf(file, sizeof(file), "%s/x.json", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(dir);
}

static int load(struct catalogues *c, const char *json, struct err *err)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fputs(json, f);
	fclose(f);
	return catalogues_load(c, dir, err);
}

static void check_url(const char *template, const char *title,
		      const char *artist, const char *wanted)
{
	static struct catalogues c;
	struct catalogue_keys keys = { 0 };
	struct catalogue_question q = { .title = span_of(title),
					.artist = span_of(artist),
					.duration = 199.6 };
	struct str json = { 0 }, out = { 0 };
	struct err err;

	str_printf(&json,
		   "{\"name\":\"x\",\"kind\":\"metadata\",\"title\":\"t\","
		   "\"url\":\"https://x.example/%s\"}",
		   template);
	if (load(&c, str_z(&json), &err))
		fail_msg("%s", err.message);
	assert_int_equal(
	    catalogue_url(&c.at[0], 0, &q, (struct span){ 0 }, &keys, &out),
	    wanted != NULL);
	if (wanted)
		assert_string_equal(str_z(&out) + 18, wanted);
	catalogues_release(&c);
	str_release(&json);
	str_release(&out);
}

static void urls(void **state)
{
	(void)state;
	check_url("?q={title}", "a b&c=d/ä", "", "?q=a%20b%26c%3Dd%2F%C3%A4");
	check_url("{title:path}", "a/b c", "", "a/b%20c");
	check_url("?q={title:lucene}", "(AC/DC) \"x\"", "",
		  "?q=%5C%28AC%5C%2FDC%5C%29%20%5C%22x%5C%22");
	check_url("?q={title:words}", "Rain OR (Sun\" AND *", "",
		  "?q=rain%20or%20sun%20and");
	check_url("?q={title}[&a={artist}]", "t", "", "?q=t");
	check_url("?q={title}[&a={artist}]&x=1", "t", "b", "?q=t&a=b&x=1");
	check_url("?q={title}&a={artist}", "t", "", NULL);
	check_url("?d={duration}", "t", "", "?d=200");
	check_url("?q={title:words}", "!!!", "", NULL);
}

static void check_bad(const char *json, const char *wanted)
{
	static struct catalogues c;
	struct err err;

	if (!load(&c, json, &err))
		fail_msg("%s is accepted", json);
	assert_int_equal(err.status, ERR_DATA);
	if (!strstr(err.message, wanted))
		fail_msg("\"%s\" does not say %s", err.message, wanted);
}

#define GOOD "\"name\":\"x\",\"kind\":\"metadata\",\"title\":\"t\""
#define URL ",\"url\":\"https://x.example/\""

static void descriptions(void **state)
{
	(void)state;
	check_bad("{}", "\"name\"");
	check_bad("[]", "\"name\"");
	check_bad("{\"name\":\"X y\"}", "\"name\"");
	check_bad("{\"name\":\"x\",\"kind\":\"z\"}", "\"kind\"");
	check_bad("{\"name\":\"x\",\"kind\":\"metadata\"" URL "}", "\"title\"");
	check_bad("{" GOOD "}", "\"url\"");
	check_bad("{" GOOD ",\"url\":\"ftp://x/\"}", "\"url\"");
	check_bad("{" GOOD ",\"url\":\"https://x/{\"}", "\"url\"");
	check_bad("{" GOOD ",\"url\":\"https://x/[a[b]]\"}", "\"url\"");
	check_bad("{" GOOD ",\"url\":\"https://x/]\"}", "\"url\"");
	check_bad("{" GOOD URL ",\"rate\":0}", "\"rate\"");
	check_bad("{" GOOD URL ",\"rate\":\"1\"}", "\"rate\"");
	check_bad("{" GOOD URL ",\"unit\":\"h\"}", "\"unit\"");
	check_bad("{" GOOD URL ",\"artist\":\"a..b\"}", "\"artist\"");
	check_bad("{" GOOD URL ",\"artist\":[]}", "\"artist\"");
	check_bad("{" GOOD URL ",\"match\":{\"threshold\":2}}",
		  "\"match.threshold\"");
	check_bad("{" GOOD URL ",\"match\":{\"title\":0,\"artist\":0,"
		  "\"duration\":0}}",
		  "\"match.title\"");
	check_bad("{" GOOD URL ",\"then\":{\"url\":1}}", "\"then.url\"");
	check_bad("{" GOOD URL ",\"then\":{\"title\":\"t\"" URL
		  ",\"followed\":9}}",
		  "\"then.followed\"");
}

static int count(void *ctx, struct catalogue_candidate *x)
{
	struct str *out = ctx;

	str_printf(out, "%s/%s/%g/%s;", str_z(&x->text[CATALOGUE_TITLE]),
		   str_z(&x->text[CATALOGUE_ARTIST]), x->duration,
		   str_z(&x->link));
	return 0;
}

static void answers(void **state)
{
	static struct catalogues c;
	struct catalogue_candidate x = { 0 };
	struct str out = { 0 };
	struct err err;
	struct span parent = SPAN("{\"by\":\"Bo\",\"id\":\"7/8\"}");

	(void)state;
	if (load(&c,
		 "{\"name\":\"x\",\"kind\":\"link\",\"url\":\"https://x/\","
		 "\"list\":\"r.hits\",\"title\":\"t\",\"artist\":[\"a\","
		 "\"^by\"],\"duration\":\"d\",\"unit\":\"ms\",\"link\":"
		 "\"https://x.example/{^id}/{n:path}\",\"require\":"
		 "[[\"f\",[\"MP3\",\"ogg\"]]]}",
		 &err))
		fail_msg("%s", err.message);
	assert_int_equal(
	    catalogue_read(&c.at[0], 0,
			   SPAN("{\"r\":{\"hits\":[{\"t\":\"T\",\"a\":[\"P\","
				"\"Q\"],\"d\":\"3:05\",\"f\":\"mp3\",\"n\":"
				"\"a/b c\"},{\"t\":\"U\",\"d\":2500,\"f\":"
				"\"OGG\"},{\"t\":\"no\",\"f\":\"png\"},"
				"{\"f\":\"ogg\"},7,null]}}"),
			   parent, &x, &out, count, &err),
	    0);
	assert_string_equal(str_z(&out),
			    "T/P, Q/185/https://x.example/7%2F8/a/b%20c;"
			    "U/Bo/2.5/;");
	str_reset(&out);
	assert_int_equal(catalogue_read(&c.at[0], 0, SPAN("{\"r\":{}}"), parent,
					&x, &out, count, &err),
			 0);
	assert_int_equal(out.n, 0);
	assert_int_equal(catalogue_read(&c.at[0], 0, SPAN("<html>"), parent, &x,
					&out, count, &err),
			 -1);
	assert_int_equal(catalogue_read(&c.at[0], 0, SPAN(""), parent, &x, &out,
					count, &err),
			 -1);
	assert_int_equal(catalogue_read(&c.at[0], 0, SPAN("{} x"), parent, &x,
					&out, count, &err),
			 -1);
	catalogue_candidate_release(&x);
	catalogues_release(&c);
	str_release(&out);
}

static void keys(void **state)
{
	static struct catalogues c;
	const char *const items[] = { "KEY=v w" };
	struct catalogue_keys none = { 0 }, some = { items, 1, "me" };
	struct catalogue_question q = { .title = SPAN("t") };
	struct str out = { 0 };
	struct err err;

	(void)state;
	unsetenv("KEY");
	assert_int_equal(load(&c,
			      "{" GOOD ",\"agent\":\"{agent} ({contact})\","
			      "\"url\":\"https://x.example/?k={key.KEY}\"}",
			      &err),
			 0);
	assert_false(catalogue_ready(&c.at[0], &none, &out));
	assert_string_equal(str_z(&out), "KEY");
	assert_true(catalogue_ready(&c.at[0], &some, &out));
	some.contact = NULL;
	assert_false(catalogue_ready(&c.at[0], &some, &out));
	assert_string_equal(str_z(&out), "contact");
	some.contact = "me\r\nX: y";
	catalogue_agent(&c.at[0], &some, "a/1", &out);
	assert_string_equal(str_z(&out), "a/1 (meX: y)");
	assert_true(
	    catalogue_url(&c.at[0], 0, &q, (struct span){ 0 }, &some, &out));
	assert_string_equal(str_z(&out), "https://x.example/?k=v%20w");
	catalogues_release(&c);
	str_release(&out);
}

/* The files that are shipped. */
static void shipped(void **state)
{
	static struct catalogues c;
	struct err err;

	(void)state;
	if (catalogues_load(&c, "data/sources", &err))
		fail_msg("%s", err.message);
	assert_true(c.count >= 5);
	assert_non_null(catalogues_find(&c, SPAN("musicbrainz")));
	assert_true(catalogues_find(&c, SPAN("musicbrainz"))->rate <= 1);
	assert_null(catalogues_find(&c, SPAN("none")));
	catalogues_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls),    cmocka_unit_test(descriptions),
		cmocka_unit_test(answers), cmocka_unit_test(keys),
		cmocka_unit_test(shipped),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
