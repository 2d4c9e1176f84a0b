/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The design's examples on the table that ships; matching on small tables. */
#include "testing.h"

#include <math.h>

#include "corpus/datadir.h"
#include "corpus/lexicon.h"
#include "io/input.h"

static struct lexicon *shipped(void)
{
	struct str path = { 0 }, text = { 0 };
	struct err err = { 0 };
	struct lexicon *l;

	assert_int_equal(input_slurp(datadir_path("lexicon.tsv", &path),
				     1 << 20, &text, &err),
			 0);
	l = lexicon_parse(span_str(&text), "lexicon.tsv", &err);
	if (!l)
		fail_msg("%s", err.message);
	str_release(&path);
	str_release(&text);
	return l;
}

static void check(const struct lexicon *l, const char *text, double valence,
		  double arousal, int matches)
{
	struct lexicon_mood m = lexicon_mood(l, span_of(text), NULL);

	if (fabs((double)m.valence - valence) > 0.005 ||
	    fabs((double)m.arousal - arousal) > 0.005 || m.matches != matches)
		fail_msg("\"%s\": %.3f/%.3f of %d, wanted %.3f/%.3f of %d",
			 text, (double)m.valence, (double)m.arousal, m.matches,
			 valence, arousal, matches);
}

static void test_design(void **state)
{
	struct lexicon *l = shipped();

	(void)state;
	check(l, "upbeat morning workout", .5, .67, 3);
	check(l, "i miss my ex", -.6, -.2, 1);
	check(l, "happy", .8, .5, 1);
	check(l, "SAD!", -.7, -.3, 1);
	check(l, "relaxed", .5, -.6, 1);
	check(l, "anxious", -.4, .6, 1);
	check(l, "sleep", .2, -.8, 1);
	/* no match is neutral */
	check(l, "rock guitar solo", 0, 0, 0);
	check(l, "electronic music", 0, 0, 0);
	check(l, "", 0, 0, 0);
	lexicon_free(l);
}

static void test_requests(void **state)
{
	struct lexicon *l = shipped();

	(void)state;
	/* forms of a word */
	check(l, "missing you", -.6, -.2, 1);
	check(l, "parties", .6, .8, 1);
	/* the phrase, not its words */
	check(l, "I can't sleep", 0, -.6, 1);
	check(l, "I cant sleep", 0, -.6, 1);
	check(l, "pump me up", .5, .9, 1);
	check(l, "tears of joy", .7, .4, 1);
	lexicon_free(l);
}

static void test_context(void **state)
{
	struct lexicon *l = shipped();
	struct str context = { 0 };

	(void)state;
	lexicon_mood(l, span_of("party morning, a happy party"), &context);
	assert_string_equal(str_z(&context), "party\nmorning");
	lexicon_mood(l, span_of("happy"), &context);
	assert_string_equal(str_z(&context), "");
	str_release(&context);
	lexicon_free(l);
}

static void test_matching(void **state)
{
	static const char table[] =
	    "# comment\n\nnew york\t0.5\t0.5\tmood\tx\n"
	    "new\t-1\t-1\tmood\tx\nyork city hall\t1\t1\tmood\tx\r\n";
	struct lexicon *l = lexicon_parse(span_of(table), "t", NULL);

	(void)state;
	assert_non_null(l);
	/* longest first, and no word counts twice */
	check(l, "new york city", .5, .5, 1);
	check(l, "new, york", -1, -1, 1);
	check(l, "new new york", -.25, -.25, 2);
	check(l, "york city hall", 1, 1, 1);
	check(l, "york city", 0, 0, 0);
	lexicon_free(l);
}

static void test_broken(void **state)
{
	static const char *const tables[] = {
		"word\t2\t0\tmood\tx\n",
		"word\tx\t0\tmood\tx\n",
		"word\t0\t0\tfood\tx\n",
		"word\t0\n",
		"...\t0\t0\tmood\tx\n",
		"word\t0\t0\tmood\tx\nWORD\t0\t0\tmood\tx\n",
	};
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		assert_null(lexicon_parse(span_of(tables[i]), "t", &err));
		assert_status(&err, ERR_DATA);
		assert_memory_equal(err.message, "t:", 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_design),  cmocka_unit_test(test_requests),
		cmocka_unit_test(test_context), cmocka_unit_test(test_matching),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
