/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first. */
#include <cmocka.h>
#include <stdlib.h>

#include "corpus/fieldmap.h"

static struct fieldmap *new_map(void)
{
	struct err err = { 0 };
	struct fieldmap *m = fieldmap_new(&err);

	if (!m)
		fail_msg("%s", err.message);
	return m;
}

/* Names as "a,b,c" in, the same out. */
static void names_are(struct fieldmap *m, const char *theirs, bool exact,
		      const char *want)
{
	const struct fieldmap_column *c;
	struct span names[16];
	struct str got = { 0 };
	size_t n = 0;

	for (const char *p = theirs;; p++) {
		const char *end = strchr(p, ',');
		size_t len = end ? (size_t)(end - p) : strlen(p);
		names[n++] = (struct span){ p, len };
		p += len;
		if (!*p)
			break;
	}
	c = fieldmap_resolve(m, names, n, exact);
	for (size_t i = 0; i < n; i++) {
		if (i)
			str_putc(&got, ',');
		str_span(&got, c[i].name);
		assert_int_equal(c[i].renamed, !span_eq(c[i].name, names[i]));
	}
	assert_string_equal(str_z(&got), want);
	str_release(&got);
}

static void test_own_names(void **state)
{
	struct fieldmap *m = new_map();

	(void)state;
	names_are(m, "title,artist,mood_of_the_day", false,
		  "title,artist,mood_of_the_day");
	names_are(m, "Title, ARTIST ,Permalink URL,Bpm", false,
		  "title,artist,permalink_url,Bpm");
	names_are(m, "Title,title", true, "Title,title");
	names_are(m, "title,Title", false, "title,Title");
	names_are(m, "Title,title", false, "Title,title");
	names_are(m, "Title,TITLE", false, "title,TITLE");
	names_are(m, ",x,", false, "column_1,x,column_3");
	names_are(m, "x,x,x", false, "x,source_x,source_x_2");
	names_are(m, "x,x", true, "x,x");
	assert_null(fieldmap_chosen(m));
	fieldmap_free(m);
}

static void test_owned(void **state)
{
	struct fieldmap *m = new_map();

	(void)state;
	names_are(m, "id,error,audio,imputed,url_status,ingested_from", false,
		  "source_id,source_error,source_audio,source_imputed,"
		  "source_url_status,source_ingested_from");
	names_are(m, "id,source_id", false, "source_id_2,source_id");
	names_are(m, "source_id,id", true, "source_id,source_id_2");
	fieldmap_free(m);
}

static void test_soundcloud(void **state)
{
	struct fieldmap *m = new_map();
	const struct fieldmap_column *c;
	const struct span names[] = { SPAN("username"), SPAN("tag_list"),
				      SPAN("permalink_url"),
				      SPAN("playback_count") };

	(void)state;
	names_are(m, "track_id,username,permalink_url,tag_list", false,
		  "track_id,artist,permalink_url,tags");
	assert_string_equal(fieldmap_chosen(m), "soundcloud");
	/* Not onto a name taken, and not without its mark. */
	names_are(m, "username,permalink_url,artist", false,
		  "username,permalink_url,artist");
	names_are(m, "username,tag_list", false, "username,tag_list");
	c = fieldmap_resolve(m, names, 4, false);
	assert_int_equal(c[0].role, FIELDMAP_ARTIST);
	assert_int_equal(c[1].kind, FIELDMAP_SOUNDCLOUD_TAGS);
	assert_int_equal(c[2].role, FIELDMAP_URL);
	assert_int_equal(c[3].kind, FIELDMAP_NUMBER);
	assert_true(span_is(c[1].key, "\"tags\":"));
	fieldmap_free(m);
}

static void test_rules(void **state)
{
	static const char *const bad[] = {
		"", "x", "=x", "x=", "x=id", "x=error", "x=a\"b", "x=a\\b"
	};
	struct fieldmap *m = new_map();
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(fieldmap_add(m, bad[i], &err), -1);
		assert_int_equal(err.status, ERR_USAGE);
	}
	assert_int_equal(fieldmap_add(m, "name=title", &err), 0);
	assert_int_equal(fieldmap_add(m, "song=title", &err), 0);
	assert_int_equal(fieldmap_add(m, "a=b=genre", &err), 0);
	names_are(m, "name,x", false, "title,x");
	names_are(m, "song,x", false, "title,x");
	names_are(m, "song,name", false, "song,title");
	names_are(m, "title,name", false, "source_title,title");
	names_are(m, "title,name", true, "source_title,title");
	names_are(m, "a=b", false, "genre");
	fieldmap_free(m);
}

/* Any order of the columns gives every column the same name. */
static void test_order(void **state)
{
	static const char *const names[] = { "username",      "title",
					     "name",          "id",
					     "source_id",     "Artist",
					     "permalink_url", "tag_list" };
	enum { N = sizeof(names) / sizeof(names[0]) };
	struct fieldmap *m = new_map();
	struct str want[N] = { { 0 } };
	struct err err;
	unsigned seed = 5;

	(void)state;
	assert_int_equal(fieldmap_add(m, "name=title", &err), 0);
	for (int round = 0; round < 500; round++) {
		const struct fieldmap_column *c;
		struct span columns[N];
		size_t which[N];

		for (size_t i = 0; i < N; i++) {
			size_t j = (size_t)rand_r(&seed) % (i + 1);
			which[i] = which[j];
			which[j] = i;
		}
		for (size_t i = 0; i < N; i++)
			columns[i] = span_of(names[which[i]]);
		c = fieldmap_resolve(m, columns, N, false);
		for (size_t i = 0; i < N; i++) {
			if (!round)
				str_span(&want[which[i]], c[i].name);
			assert_true(
			    span_eq(c[i].name, span_str(&want[which[i]])));
		}
	}
	for (size_t i = 0; i < N; i++)
		str_release(&want[i]);
	fieldmap_free(m);
}

static void tags_are(const char *list, size_t count, const char *want)
{
	struct str s = { 0 };

	assert_int_equal(fieldmap_split_tags(span_of(list), &s), count);
	assert_string_equal(str_z(&s), want);
	str_release(&s);
}

static void test_tags(void **state)
{
	(void)state;
	tags_are("", 0, "");
	tags_are("  \"\" \" \" ", 0, "");
	tags_are("house", 1, "[\"house\"]");
	tags_are(" deep  house\ttechno ", 3, "[\"deep\",\"house\",\"techno\"]");
	tags_are("\"deep house\" techno \"old school\"", 3,
		 "[\"deep house\",\"techno\",\"old school\"]");
	tags_are("a b a \"b\"", 2, "[\"a\",\"b\"]");
	tags_are("\"never closed house", 1, "[\"never closed house\"]");
	tags_are("12\" remix", 2, "[\"12\\\"\",\"remix\"]");
	tags_are("\"a\"b", 2, "[\"a\",\"b\"]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_names),  cmocka_unit_test(test_owned),
		cmocka_unit_test(test_soundcloud), cmocka_unit_test(test_rules),
		cmocka_unit_test(test_order),      cmocka_unit_test(test_tags),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
