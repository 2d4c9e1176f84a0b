/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marked lists as they are written, and as they are read again. */
#include "corpus/marks.h"

#include "answerfixture.h"

#define LEGEND                                                                 \
	"## + in front keeps a track, - drops it; add tracks as + Artist - "   \
	"Title\n## then ask again: moodpipe ask < THIS_LIST\n"

/* Four rows, the last of which is no result. */
static void set_up(struct answerfixture *f)
{
	answerfixture_start(f, " blue\nmonday\x1b");
	answerfixture_add(f, "mp1", "Some One", "A Song", NULL, 1);
	answerfixture_add(f, "2 2", NULL, "a\n- 3  mp9  b", NULL, 1);
	answerfixture_add(f, "mp3", NULL, NULL, NULL, 1);
	answerfixture_add(f, "mp4", "X", "Y", NULL, 1);
	f->a.count = 3;
}

static void writes(struct answerfixture *f, const char *want)
{
	struct str out = { 0 };
	struct err err;

	assert_int_equal(marks_put(&f->a, false, &out, &err), 0);
	assert_string_equal(out.p, want);
	str_release(&out);
}

static void test_plain(void **state)
{
	struct answerfixture f;

	(void)state;
	set_up(&f);
	writes(&f, "# query:  blue monday\xef\xbf\xbd\n" LEGEND
		   "   1  mp1  Some One - A Song\n"
		   "   2  2%202  a\xef\xbf\xbd- 3  mp9  b\n"
		   "   3  mp3\n");
	answerfixture_end(&f);
}

/* What is kept and dropped stays so; what is asked stands in lines. */
static void test_asked(void **state)
{
	struct answerfixture f;

	(void)state;
	set_up(&f);
	str_reset(&f.c.query);
	str_puts(&f.c.query, "q");
	str_puts(&f.c.asked,
		 "{\"query\":\"q\",\"top_k\":3,\"filters\":{\"min_year\":2000,"
		 "\"genres\":[\"Indie\",\"1999\"],\"sets\":true},\"like\":[],"
		 "\"arc\":\"sad -> happy\",\"more\":[\"fast\",\" x\"],"
		 "\"un-known\":1,\"qid\":null,\"mood\":{\"a\":{\"b\":1}},"
		 "\"keep\":[\"mp1\",\"gone\"],\"unlike\":[\"Who - What\","
		 "\"mp4\"]}");
	f.c.wish.keep[0] = 0;
	f.c.wish.keep_count = 1;
	f.c.wish.unlike[0] = f.c.wish.unlike[1] = 3;
	f.c.wish.unlike_count = 2;
	writes(&f,
	       "# query: q\n# top_k: 3\n# filters.min_year: 2000\n"
	       "# filters.genres: Indie\n# filters.genres: \"1999\"\n"
	       "# filters.sets: true\n# like: []\n# arc: sad -> happy\n"
	       "# more: fast\n# more: \" x\"\n# mood: {\"a\":{\"b\":1}}\n"
	       "# unlike: Who - What\n" LEGEND "+  1  mp1  Some One - A Song\n"
	       "   2  2%202  a\xef\xbf\xbd- 3  mp9  b\n"
	       "   3  mp3\n"
	       "+  gone\n"
	       "-  .  mp4  X - Y\n");
	answerfixture_end(&f);
}

/* A kept track that did not make it, by its row alone. */
static void test_kept_behind(void **state)
{
	struct answerfixture f;

	(void)state;
	set_up(&f);
	str_reset(&f.c.query);
	f.c.wish.keep[0] = 3;
	f.c.wish.keep[1] = 2;
	f.c.wish.keep_count = 2;
	writes(&f, "# query: \n" LEGEND "   1  mp1  Some One - A Song\n"
		   "   2  2%202  a\xef\xbf\xbd- 3  mp9  b\n"
		   "+  3  mp3\n"
		   "+  .  mp4  X - Y\n");
	f.c.wish.keep[0] = 99; /* a row that the index has not */
	assert_int_equal(marks_put(&f.a, false, &f.text, &(struct err){ 0 }),
			 -1);
	answerfixture_end(&f);
}

static void test_journey(void **state)
{
	struct answer_stop stops[3] = { { 0, SPAN("sad") },
					{ 60, SPAN("sad") },
					{ 120, SPAN("hope\nful") } };
	struct answer_journey journey = { .stops = stops };
	struct answerfixture f;
	struct candidates *leg;

	(void)state;
	set_up(&f);
	str_reset(&f.c.query);
	str_puts(&f.c.asked, "{\"arc\":\"sad -> hopeful\",\"keep\":[\"mp3\"]}");
	leg = candidates_add_leg(&f.c);
	leg->items = mem_zalloc(3, sizeof(*leg->items));
	leg->cap = leg->count = 3;
	leg->wish.keep[0] = 0; /* where it starts; nobody marked it */
	leg->wish.keep_count = 1;
	leg->wish.unlike[0] = 3;
	leg->wish.unlike_count = 1;
	f.a.journey = &journey;
	writes(&f, "# query: \n# arc: sad -> hopeful\n" LEGEND "## sad\n"
		   "   1  mp1  Some One - A Song\n"
		   "   2  2%202  a\xef\xbf\xbd- 3  mp9  b\n"
		   "## hope\xef\xbf\xbd"
		   "ful\n+  3  mp3\n-  .  mp4  X - Y\n");
	answerfixture_end(&f);
}

/* Nothing takes the place of the list that was asked with. */
static void test_refused(void **state)
{
	struct answerfixture f;
	struct str out = { 0 };
	struct err err;

	(void)state;
	answerfixture_start(&f, "q");
	f.a.g = NULL;
	str_puts(&f.c.error, "{\"message\":\"too\\nbad\"}");
	assert_int_equal(marks_put(&f.a, false, &out, &err), -1);
	assert_int_equal(err.status, ERR_RECORD);
	assert_non_null(strstr(err.message, "refused: too\xef\xbf\xbd"
					    "bad"));
	assert_int_equal(out.n, 0);
	answerfixture_end(&f);
	str_release(&out);
}

/* What is written is read as the same request, with the same marks. */
static void test_round_trip(void **state)
{
	struct answerfixture f;
	struct marks m = { 0 };
	struct str out = { 0 };
	struct err err;

	(void)state;
	set_up(&f);
	str_reset(&f.c.query);
	str_puts(&f.c.query, "\"blue\" -x");
	str_puts(&f.c.asked,
		 "{\"query\":\"\\\"blue\\\" -x\",\"minutes\":60,"
		 "\"filters\":{\"genres\":[\"a: b\",\"#\",\"\"]},"
		 "\"more\":[\"x\"],\"literal\":true,\"qid\":\"7\"}");
	f.c.wish.keep[0] = 1;
	f.c.wish.keep_count = 1;
	f.c.wish.unlike[0] = 3;
	f.c.wish.unlike_count = 1;
	assert_int_equal(marks_put(&f.a, false, &out, &err), 0);
	if (marks_read(&m, span_str(&out), &err))
		fail_msg("%s", err.message);
	test_span_is(span_str(&m.query), "\"blue\" -x");
	test_span_is(span_str(&m.keep), "2 2\n");
	test_span_is(span_str(&m.drop), "mp4\n");
	assert_int_equal(m.undecided, 2);
	str_reset(&out);
	marks_request(&m, &out);
	assert_string_equal(
	    out.p, "{\"query\":\"\\\"blue\\\" -x\",\"minutes\":60,\"filters\":"
		   "{\"genres\":[\"a: b\",\"#\",\"\"]},\"more\":\"x\","
		   "\"literal\":true,\"qid\":\"7\",\"keep\":[\"2 2\"],"
		   "\"unlike\":[\"mp4\"]}");
	marks_release(&m);
	str_release(&out);
	answerfixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_plain),
					    cmocka_unit_test(test_asked),
					    cmocka_unit_test(test_kept_behind),
					    cmocka_unit_test(test_journey),
					    cmocka_unit_test(test_refused),
					    cmocka_unit_test(test_round_trip) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
