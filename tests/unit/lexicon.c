/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The design's examples on the table that ships; matching on small tables. */
#include "damage.h"

#include <math.h>

#include "corpus/datadir.h"
#include "corpus/lexicon.h"

static struct lexicon *opened(const char *path)
{
	struct str text = { 0 };
	struct err err = { 0 };
	struct lexicon *l = lexicon_open(path, &text, &err);

	if (!l)
		fail_msg("%s", err.message);
	str_release(&text);
	return l;
}

static struct lexicon *base(void)
{
	struct str path = { 0 };
	struct lexicon *l = opened(datadir_path("lexicon/base.tsv", &path));

	str_release(&path);
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

/* The design's 19 rows alone, and not a row more. */
static void test_design(void **state)
{
	static const struct {
		const char *word;
		double valence, arousal;
	} rows[] = {
		{ "happy", .8, .5 },     { "sad", -.7, -.3 },
		{ "miss", -.6, -.2 },    { "angry", -.5, .8 },
		{ "calm", .3, -.7 },     { "relaxed", .5, -.6 },
		{ "excited", .7, .8 },   { "melancholic", -.6, -.5 },
		{ "energetic", .3, .8 }, { "peaceful", .6, -.7 },
		{ "anxious", -.4, .6 },  { "upbeat", .7, .7 },
		{ "chill", .4, -.5 },    { "morning", .3, .4 },
		{ "night", 0, -.3 },     { "workout", .5, .9 },
		{ "study", 0, .3 },      { "party", .6, .8 },
		{ "sleep", .2, -.8 },
	};
	struct lexicon *of[] = { base(), opened(NULL) };

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
			check(of[k], rows[i].word, rows[i].valence,
			      rows[i].arousal, 1);
		check(of[k], "upbeat morning workout", .5, .67, 3);
		check(of[k], "i miss my ex", -.6, -.2, 1);
		check(of[k], "SAD!", -.7, -.3, 1);
		check(of[k], "parties", .6, .8, 1);
		/* no match is neutral */
		check(of[k], "rock guitar solo", 0, 0, 0);
		check(of[k], "electronic music", 0, 0, 0);
		check(of[k], "", 0, 0, 0);
	}
	check(of[0], "heartbroken", 0, 0, 0);
	lexicon_free(of[0]);
	lexicon_free(of[1]);
}

static void test_requests(void **state)
{
	struct lexicon *l = opened(NULL);

	(void)state;
	/* forms of a word */
	check(l, "missing you", -.6, -.2, 1);
	/* the phrase, not its words */
	check(l, "I can't sleep", 0, -.6, 1);
	check(l, "I cant sleep", 0, -.6, 1);
	check(l, "pump me up", .5, .9, 1);
	check(l, "tears of joy", .7, .4, 1);
	check(l, "don't stop that party", .6, .7, 2);
	/* the other way round, at half strength */
	check(l, "not sad", .35, .15, 1);
	check(l, "no party", -.3, -.4, 1);
	check(l, "I don't miss you", .3, .1, 1);
	check(l, "not sad, happy", .575, .325, 2);
	lexicon_free(l);
}

static void test_negation(void **state)
{
	static const char table[] = "good\t1\t0.5\tmood\tx\n"
				    "not\t-0.5\t-0.2\tnegation\tx\n"
				    "hardly\t-0.1\t-0.1\tnegation\tx\n"
				    "not good enough\t-1\t0\tmood\tx\n"
				    "gym\t1\t1\tcontext\tx\n"
				    "but\t1\t1\tclause\tx\n";
	struct lexicon *l = lexicon_parse(span_of(table), "t", NULL);
	struct str context = { 0 };

	(void)state;
	assert_non_null(l);
	check(l, "not good", -.5, -.1, 1);
	check(l, "not a very good one", -.5, -.1, 1);
	check(l, "not at all very good", 1, .5, 1);
	check(l, "not that, good", 1, .5, 1);
	check(l, "not bad but good", 1, .5, 1);
	check(l, "not good but good", .25, .2, 2);
	/* the phrase is itself, and negates nothing */
	check(l, "not good enough good", 0, .25, 2);
	/* negations are themselves, not their stems, and no matches */
	check(l, "hard good", 1, .5, 1);
	check(l, "hardly good", -.1, -.05, 1);
	check(l, "not", 0, 0, 0);
	lexicon_mood(l, span_of("not for the gym"), &context);
	assert_string_equal(str_z(&context), "");
	lexicon_mood(l, span_of("for the gym"), &context);
	assert_string_equal(str_z(&context), "gym");
	str_release(&context);
	lexicon_free(l);
}

static void test_explained(void **state)
{
	struct lexicon *l = opened(NULL);
	struct str matched = { 0 };
	struct lexicon_mood m = lexicon_explain(
	    l, span_of("Parties! not sad, heartbroken"), NULL, &matched);

	(void)state;
	assert_string_equal(str_z(&matched), "party\nnot sad\nheartbroken");
	assert_int_equal(m.matches, 3);
	assert_int_equal(m.base, 2);
	assert_int_equal(m.negated, 1);
	m = lexicon_explain(l, span_of("rock"), NULL, &matched);
	assert_string_equal(str_z(&matched), "");
	assert_int_equal(m.base + m.negated, 0);
	str_release(&matched);
	lexicon_free(l);
}

/* A file stands for both; what the index keeps is the two in order. */
static void test_texts(void **state)
{
	struct str text = { 0 }, one = { 0 }, two = { 0 }, path = { 0 };
	char *file = test_path("lexicon");
	struct err err = { 0 };
	struct lexicon *l = lexicon_open(NULL, &text, &err), *again;

	(void)state;
	assert_non_null(l);
	test_load(datadir_path("lexicon/base.tsv", &path), &one);
	test_load(datadir_path("lexicon/extension.tsv", &path), &two);
	assert_int_equal(text.n, one.n + two.n);
	assert_memory_equal(text.p, one.p, one.n);
	assert_memory_equal(text.p + one.n, two.p, two.n);
	again = lexicon_parse(span_str(&text), "lexicon", &err);
	assert_non_null(again);
	check(again, "upbeat morning workout", .5, .67, 3);
	lexicon_free(again);
	lexicon_free(l);

	test_save(file, "sad\t1\t1\tmood\tx\n", 15);
	l = opened(file);
	check(l, "sad happy", 1, 1, 1);
	lexicon_free(l);
	test_save(file, "sad\t1\t9\tmood\tx\n", 15);
	assert_null(lexicon_open(file, &text, &err));
	assert_status(&err, ERR_DATA);
	assert_non_null(strstr(err.message, "lexicon:1: "));
	unlink(file);
	assert_null(lexicon_open(file, &text, &err));
	assert_status(&err, ERR_ENV);
	free(file);
	str_release(&text);
	str_release(&one);
	str_release(&two);
	str_release(&path);
}

static void test_context(void **state)
{
	struct lexicon *l = opened(NULL);
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

static void test_base_wins(void **state)
{
	static const char table[] = "sad\t-1\t0\tmood\tdesign\n"
				    "SAD\t1\t1\tmood\tx\n"
				    "sadly\t0.5\t1\tmood\tx\n";
	struct lexicon *l = lexicon_parse(span_of(table), "t", NULL);

	(void)state;
	assert_non_null(l);
	check(l, "sad", -1, 0, 1);
	check(l, "sadly", .5, 1, 1);
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

static const char small[] = "new york\t0.5\t0.5\tmood\tdesign\n"
			    "happy\t0.8\t0.5\tmood\tx\n"
			    "not\t-0.5\t-0.2\tnegation\tx\n"
			    "gym\t1\t1\tcontext\tx\n"
			    "but\t1\t1\tclause\tx\n";

static void same(const struct lexicon *a, const struct lexicon *b,
		 struct span text)
{
	struct str said[4] = { { 0 } };
	struct lexicon_mood x = lexicon_explain(a, text, &said[0], &said[1]);
	struct lexicon_mood y = lexicon_explain(b, text, &said[2], &said[3]);

	assert_memory_equal(&x, &y, sizeof(x));
	assert_string_equal(str_z(&said[0]), str_z(&said[2]));
	assert_string_equal(str_z(&said[1]), str_z(&said[3]));
	for (int i = 0; i < 4; i++)
		str_release(&said[i]);
}

/* Viewed as parsed, for the table's phrases, three in a row. */
static void test_view(void **state)
{
	struct str text = { 0 }, bytes = { 0 }, again = { 0 };
	struct err err = { 0 };
	struct lexicon *l = lexicon_open(NULL, &text, &err), *v;
	struct span rest = span_str(&text);

	(void)state;
	assert_non_null(l);
	lexicon_compile(l, &bytes);
	v = lexicon_view(span_str(&bytes), &err);
	assert_non_null(v);
	check(v, "upbeat morning workout", .5, .67, 3);
	lexicon_compile(v, &again);
	assert_int_equal(bytes.n, again.n);
	assert_memory_equal(bytes.p, again.p, bytes.n);
	while (rest.n) {
		const char *q = memchr(rest.p, '\n', rest.n);
		size_t n = q ? (size_t)(q - rest.p) + 1 : rest.n;

		same(l, v, (struct span){ rest.p, n });
		rest = (struct span){ rest.p + n, rest.n - n };
	}
	lexicon_free(l);
	lexicon_free(v);
	str_release(&text);
	str_release(&bytes);
	str_release(&again);
}

static void use_damaged(struct span bytes, void *ctx)
{
	struct err err = { 0 };
	struct lexicon *l = lexicon_view(bytes, &err);
	struct str context = { 0 }, matched = { 0 };
	struct lexicon_mood m;

	(void)ctx;
	if (!l) {
		assert_status(&err, ERR_DATA);
		return;
	}
	m = lexicon_explain(l,
			    SPAN("not happy in new york but gyms, sad party"),
			    &context, &matched);
	assert_true(fabs((double)m.valence) <= 1 &&
		    fabs((double)m.arousal) <= 1);
	assert_in_range(m.matches, 0, 9);
	str_release(&context);
	str_release(&matched);
	lexicon_free(l);
}

/* More phrases than there are entries, each half whole by itself. */
static void check_counts(struct span bytes)
{
	uint64_t entries, spellings;
	uint32_t phrases;
	char *copy = mem_dup(bytes.p, bytes.n);
	size_t at = 24; /* as index(5) has it: entries of 20 bytes follow */

	memcpy(&entries, copy + 8, sizeof(entries));
	memcpy(&spellings, copy + 16, sizeof(spellings));
	at += (20 * entries + 7) / 8 * 8 + (spellings + 7) / 8 * 8;
	memcpy(&phrases, copy + at, sizeof(phrases));
	assert_int_equal(phrases, entries);
	phrases++;
	memcpy(copy + at, &phrases, sizeof(phrases));
	assert_null(lexicon_view((struct span){ copy, bytes.n }, NULL));
	free(copy);
}

static void test_damaged(void **state)
{
	struct lexicon *l = lexicon_parse(span_of(small), "t", NULL);
	struct str bytes = { 0 };
	struct span all;

	(void)state;
	lexicon_compile(l, &bytes);
	lexicon_free(l);
	all = span_str(&bytes);
	check_counts(all);
	damage_each(all, 0, all.n, use_damaged, NULL);
	damage_cut(all, 1, use_damaged, NULL);
	damage_some(all, 2000, 1, use_damaged, NULL);
	l = opened(NULL);
	lexicon_compile(l, &bytes);
	lexicon_free(l);
	all = span_str(&bytes);
	damage_each(all, 0, 24, use_damaged, NULL);
	damage_some(all, 200, 2, use_damaged, NULL);
	assert_null(lexicon_view(SPAN("happy\t1\t1\tmood\n"), NULL));
	assert_null(lexicon_view((struct span){ all.p, all.n - 8 }, NULL));
	assert_null(lexicon_view((struct span){ 0 }, NULL));
	str_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_design),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_context),
		cmocka_unit_test(test_matching),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_negation),
		cmocka_unit_test(test_explained),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_base_wins),
		cmocka_unit_test(test_view),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
