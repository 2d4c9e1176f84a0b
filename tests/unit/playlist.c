/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/playlist.h"

#include "answerfixture.h"

static void mask_is(const char *in, const char *want, size_t columns)
{
	struct str out = { 0 };

	assert_int_equal(playlist_mask(span_of(in), &out), columns);
	test_span_is(span_str(&out), want);
	str_release(&out);
}

#define BAD "\xef\xbf\xbd"

static void test_mask(void **state)
{
	(void)state;
	mask_is("plain", "plain", 5);
	mask_is("", "", 0);
	mask_is("caf\xc3\xa9", "caf\xc3\xa9", 4);
	mask_is("e\xcc\x81", "e\xcc\x81", 1); /* combining */
	mask_is("\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac", 4);
	mask_is("a\x1b[31mb", "a" BAD "[31mb", 7); /* escape */
	mask_is("a\nb\tc\x7f", "a" BAD "b" BAD "c" BAD, 6);
	mask_is("\xc2\x9b"
		"1m",
		BAD "1m", 3);                      /* C1 CSI */
	mask_is("x\xe2\x80\xaey", "x" BAD "y", 3); /* right-to-left */
	mask_is("\xff\xc3", BAD BAD, 2);           /* malformed */
	mask_is("\xc0\x80", BAD BAD, 2);           /* overlong */
	mask_is("\xed\xa0\x80", BAD BAD BAD, 3);   /* surrogate */
	mask_is("\xf4\x90\x80\x80", BAD BAD BAD BAD, 4);
}

static void titles(const char *query, const char *asked, const char *want)
{
	struct answerfixture f;
	struct str out = { 0 };

	answerfixture_start(&f, query);
	str_puts(&f.c.asked, asked);
	str_puts(&out, "= ");
	playlist_put_title(&f.a, &out);
	test_span_is(span_str(&out), want);
	answerfixture_end(&f);
	str_release(&out);
}

static void test_title(void **state)
{
	(void)state;
	titles("a\nb", "", "= a" BAD "b");
	titles("", "{}", "= ");
	titles("rain", "{\"like\":[\"A - B\",\"C\"],\"more\":\"f\\u0007\"}",
	       "= rain, like A - B and C, more f" BAD);
	titles("", "{\"minutes\":60,\"arc\":\"sad -> happy\"}",
	       "= sad -> happy, 60 minutes");
	titles("", "{\"from\":\"A\",\"to\":\"B\",\"less\":[1]}",
	       "= from A, to B");
}

static void test_table(void **state)
{
	struct answer_stop stops[2] = { { 0, SPAN("sad") },
					{ 3665.4, SPAN("hope\nful") } };
	struct answer_journey journey = { .stops = stops };
	int16_t years[2] = { 1999, CATALOGUE_NO_YEAR };
	struct answerfixture f;
	struct str out = { 0 };
	struct err err;

	(void)state;
	answerfixture_start(&f, "q");
	answerfixture_add(&f, "mp1", "A", "\xe6\x97\xa5", "u", 1);
	answerfixture_add(&f, "mp2", NULL, "Title", NULL, 1);
	f.g.year = years;
	f.scored[0].valence = f.scored[1].arousal = NAN;
	assert_int_equal(playlist_table(&f.a, false, &out, &err), 0);
	assert_string_equal(
	    out.p, "q\n#  score  artist  title  year  genre  mood  url\n"
		   "1  0.500  A       \xe6\x97\xa5     1999               "
		   "u\n"
		   "2  0.500          Title\n");
	f.scored[1].flags = CATALOGUE_GENRE_IMPUTED;
	str_reset(&out);
	assert_int_equal(playlist_table(&f.a, false, &out, &err), 0);
	assert_null(strchr(out.p, '~')); /* of no genre, no guess */
	str_reset(&out);
	f.a.journey = &journey;
	assert_int_equal(playlist_table(&f.a, false, &out, &err), 0);
	assert_non_null(strstr(out.p, "#       at  station   score"));
	assert_non_null(strstr(out.p, "1     0:00  sad       0.500"));
	assert_non_null(strstr(out.p, "2  1:01:05  hope" BAD "ful  0.500"));
	answerfixture_end(&f);
	str_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_mask),
					    cmocka_unit_test(test_title),
					    cmocka_unit_test(test_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
