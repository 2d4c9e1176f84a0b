/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blends against the header's formulas; the table as shipped. */
#include "testing.h"

#include <math.h>

#include "corpus/datadir.h"
#include "corpus/targets.h"
#include "io/input.h"

static const char small[] =
    "# comment\n"
    "up\t0.6\t1\t0.5\t0.9\t0.4\t0.6\t100\t140\tmajor\tpop, funk,soul\tx\n"
    "down\t0\t0.2\t0.1\t0.3\t0.4\t0.6\t60\t80\tminor\tblues,soul\tx\n";

static void near(double got, double want)
{
	if (!(fabs(got - want) < 1e-9))
		fail_msg("%.12g, wanted %.12g", got, want);
}

static void window(const struct target *t, enum target_measure m, double lo,
		   double hi)
{
	double a, b;

	target_window(t, m, &a, &b);
	near(a, lo);
	near(b, hi);
}

static void test_one(void **state)
{
	struct targets *t = targets_parse(span_of(small), "t", NULL);
	struct target x;
	struct str json = { 0 };

	(void)state;
	assert_non_null(t);
	assert_true(targets_has(t, "up") && !targets_has(t, "u"));
	/* sure of one emotion: its row */
	assert_int_equal(targets_blend(t, "up", 0.7, NULL, 9, 1, &x), 0);
	window(&x, TARGET_VALENCE, 0.6, 1);
	window(&x, TARGET_ENERGY, 0.5, 0.9);
	window(&x, TARGET_TEMPO, 100, 140);
	near(x.mode, 1);
	targets_json(&x, &json);
	assert_string_equal(
	    str_z(&json),
	    "{\"valence\":[0.6,1],\"energy\":[0.5,0.9],"
	    "\"danceability\":[0.4,0.6],\"tempo\":[100,140],"
	    "\"mode\":\"major\",\"genres\":[\"pop\",\"funk\",\"soul\"]}");
	/* the same emotion twice, or a weight of 0, changes nothing */
	assert_int_equal(targets_blend(t, "up", 0.7, "up", 0.3, 1, &x), 0);
	window(&x, TARGET_VALENCE, 0.6, 1);
	assert_int_equal(x.genre_count, 3);
	assert_int_equal(targets_blend(t, "down", 0, "up", 0.3, 1, &x), 0);
	window(&x, TARGET_ENERGY, 0.5, 0.9);
	assert_int_equal(x.genre_count, 3);
	/* doubt widens: 0.1 times 1 + 1.5 * 0.5; the mode fades */
	assert_int_equal(targets_blend(t, "up", 1, NULL, 0, 0.5, &x), 0);
	near(x.half[TARGET_DANCEABILITY], 0.175);
	near(x.mode, 0.5);
	/* and is cut at the bounds */
	assert_int_equal(targets_blend(t, "up", 1, NULL, 0, 0, &x), 0);
	window(&x, TARGET_VALENCE, 0.3, 1);
	window(&x, TARGET_TEMPO, 70, 170);
	str_reset(&json);
	targets_json(&x, &json);
	assert_non_null(strstr(str_z(&json), "\"mode\":\"any\""));
	str_release(&json);
	targets_free(t);
}

static void test_two(void **state)
{
	static const char *const genres[] = { "pop", "soul", "funk", "blues" };
	struct targets *t = targets_parse(span_of(small), "t", NULL);
	struct target x, y;

	(void)state;
	assert_int_equal(targets_blend(t, "up", 0.8, "down", 0.2, 1, &x), 0);
	near(x.centre[TARGET_VALENCE], 0.8 * 0.8 + 0.2 * 0.1);
	near(x.half[TARGET_VALENCE], 0.8 * 0.2 + 0.2 * 0.1 + 0.4 * 0.7);
	near(x.centre[TARGET_TEMPO], 0.8 * 120 + 0.2 * 70);
	near(x.half[TARGET_DANCEABILITY], 0.1);
	near(x.mode, 0.6);
	/* pop .8, funk .4, soul .8/3 + .1, blues .2 */
	assert_int_equal(x.genre_count, 4);
	test_span_is(x.genres[0], "pop");
	test_span_is(x.genres[1], "funk");
	test_span_is(x.genres[2], "soul");
	test_span_is(x.genres[3], "blues");
	/* pop .6, soul .2 + .2 = blues .4, funk .3 */
	assert_int_equal(targets_blend(t, "up", 1.5, "down", 1, 1, &x), 0);
	for (size_t i = 0; i < 4; i++)
		test_span_is(x.genres[i], i == 2   ? "blues"
					  : i == 3 ? "funk"
						   : genres[i]);
	/* the order of the two does not matter */
	assert_int_equal(targets_blend(t, "down", 1, "up", 1.5, 1, &y), 0);
	for (int m = 0; m < TARGET_MEASURES; m++) {
		near(y.centre[m], x.centre[m]);
		near(y.half[m], x.half[m]);
	}
	assert_int_equal(y.genre_count, x.genre_count);
	for (size_t i = 0; i < x.genre_count; i++)
		assert_true(span_eq(x.genres[i], y.genres[i]));
	targets_free(t);
}

static void test_refused(void **state)
{
	struct targets *t = targets_parse(span_of(small), "t", NULL);
	struct target x;

	(void)state;
	assert_int_equal(targets_blend(t, "awe", 1, NULL, 0, 1, &x), -1);
	assert_int_equal(targets_blend(t, "up", 1, "awe", 1, 1, &x), -1);
	assert_int_equal(targets_blend(t, "up", 0, "down", 0, 1, &x), -1);
	assert_int_equal(targets_blend(t, "up", -1, "down", 2, 1, &x), -1);
	assert_int_equal(targets_blend(t, "up", (double)NAN, NULL, 0, 1, &x),
			 -1);
	assert_int_equal(targets_blend(t, "up", 1, NULL, 0, 1.01, &x), -1);
	assert_int_equal(targets_blend(t, "up", 1, NULL, 0, (double)NAN, &x),
			 -1);
	targets_free(t);
}

/* All emotions and quadrants, on the right sides of the mood space. */
static void test_shipped(void **state)
{
	static const struct {
		const char *name;
		int valence, energy, mode; /* side of the middle; 0: either */
	} rows[] = {
		{ "sadness", -1, -1, -1 }, { "joy", 1, 1, 1 },
		{ "love", 1, -1, 1 },      { "anger", -1, 1, -1 },
		{ "fear", -1, 0, -1 },     { "surprise", 1, 1, 0 },
		{ "neutral", 0, 0, 0 },    { "sarcasm", 0, 0, 0 },
		{ "Q1", 1, 1, 1 },         { "Q2", -1, 1, -1 },
		{ "Q3", -1, -1, -1 },      { "Q4", 1, -1, 1 },
	};
	struct str path = { 0 }, text = { 0 };
	struct err err = { 0 };
	struct targets *t;

	(void)state;
	assert_int_equal(input_slurp(datadir_path("targets.tsv", &path),
				     1 << 20, &text, NULL),
			 0);
	t = targets_parse(span_str(&text), "targets.tsv", &err);
	if (!t)
		fail_msg("%s", err.message);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct target x;

		if (targets_blend(t, rows[i].name, 1, NULL, 0, 1, &x))
			fail_msg("no %s", rows[i].name);
		assert_true(
		    rows[i].valence * (x.centre[TARGET_VALENCE] - 0.5) >= 0);
		assert_true(rows[i].energy * (x.centre[TARGET_ENERGY] - 0.5) >=
			    0);
		assert_true(!rows[i].mode || x.mode * rows[i].mode > 0);
		assert_in_range(x.genre_count, 5, TARGETS_GENRES);
	}
	targets_free(t);
	str_release(&path);
	str_release(&text);
}

static void test_broken(void **state)
{
	static const char *const tables[] = {
		"a\t0\t1\t0\t1\t0\t1\t60\t90\tmajor\t\tx\n",
		"a\t0\t1\t0\t1\t0\t1\t60\t90\tlydian\tpop\tx\n",
		"a\t0\t1\t0\t1\t0\t1\t90\t60\tmajor\tpop\tx\n",
		"a\t0\t1\t0\t1\t0\t1\t60\t300\tmajor\tpop\tx\n",
		"a\t-0.1\t1\t0\t1\t0\t1\t60\t90\tmajor\tpop\tx\n",
		"a\t0\t1\t0\t1\t0\t1\t60\n",
		"\t0\t1\t0\t1\t0\t1\t60\t90\tmajor\tpop\tx\n",
		"a\t0\t1\t0\t1\t0\t1\t60\t90\tany\ta,b,c,d,e,f,g,h,i\tx\n",
		("a\t0\t1\t0\t1\t0\t1\t60\t90\tany\tb\n"
		 "a\t0\t1\t0\t1\t0\t1\t60\t90\tany\tb\n"),
	};
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		assert_null(targets_parse(span_of(tables[i]), "t", &err));
		assert_status(&err, ERR_DATA);
		assert_memory_equal(err.message, "t:", 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),     cmocka_unit_test(test_two),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
