/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a record goes to which source; where sound speaks and as what. */
#include "testing.h"

#include <math.h>

#include "corpus/moodheard.h"
#include "corpus/moodwords.h"

static struct lexicon *lexicon(const char *tsv)
{
	struct err err = { 0 };
	struct lexicon *l = lexicon_parse(span_of(tsv), "t", &err);

	if (!l)
		fail_msg("%s", err.message);
	return l;
}

static void say(const char *line, struct moodsaid said[MOODSOURCES])
{
	struct lexicon *words = lexicon("sad\t-0.7\t-0.3\tmood\tt\n"
					"glad\t0.5\t0.1\tmood\tt\n");
	struct lexicon *genres = lexicon("metal\t-0.4\t0.8\tmood\tt\n");
	struct moodwords w = { 0 };
	struct record r = { 0 };
	struct err err = { 0 };

	memset(said, 0, MOODSOURCES * sizeof(*said));
	assert_int_equal(record_parse(&r, span_of(line), &err), 0);
	moodwords_read(&w, &r);
	moodwords_say(&w, words, genres, said);
	moodwords_release(&w);
	record_release(&r);
	lexicon_free(words);
	lexicon_free(genres);
}

/* The weights of tags, title, genre, emotion, lyrics, in tenths. */
static void weights_are(const char *line, const char *want)
{
	struct moodsaid said[MOODSOURCES];
	struct str got = { 0 };

	say(line, said);
	for (int i = MOODSOURCE_TAGS; i < MOODSOURCES; i++)
		str_printf(&got, "%ld ", lround(10 * said[i].weight));
	test_span_is(span_str(&got), want);
	str_release(&got);
}

static void test_sources(void **state)
{
	(void)state;
	weights_are("{}", "0 0 0 0 0 ");
	weights_are("{\"title\":\"sad\",\"tags\":[\"sad\",\"glad\"],"
		    "\"description\":\"so sad\",\"genre\":\"metal\"}",
		    "20 20 10 0 0 ");
	/* a genre that is a mood; a bad one */
	weights_are("{\"genre\":\"Sad\"}", "10 0 0 0 0 ");
	weights_are("{\"genre\":[7]}", "0 0 0 0 0 ");
	/* what was imputed only repeats the rest, but for a sure genre */
	weights_are(
	    "{\"imputed\":{\"tags\":{\"value\":[\"sad\"],\"method\":\"x\","
	    "\"confidence\":1},\"description\":{\"value\":\"sad\","
	    "\"method\":\"x\",\"confidence\":1},\"genre\":{\"value\":"
	    "\"metal\",\"method\":\"x\",\"confidence\":0.6}}}",
	    "0 0 6 0 0 ");
	weights_are("{\"extracted_vibe_text\":\"glad\"}", "0 10 0 0 0 ");
	weights_are("{\"emotion\":{\"valence\":0.1,\"arousal\":0,\"dominance\":"
		    "1,\"confidence\":0.5}}",
		    "0 0 0 5 0 ");
	weights_are(
	    "{\"lyrics\":\"x\",\"emotion\":{\"valence\":0.1,\"arousal\":"
	    "0,\"dominance\":1,\"confidence\":0.5}}",
	    "0 0 0 0 5 ");
	weights_are("{\"emotion\":{\"valence\":0.1,\"arousal\":0,"
		    "\"dominance\":1,\"confidence\":2}}",
		    "0 0 0 0 0 ");
	weights_are("{\"emotion\":7}", "0 0 0 0 0 ");
}

static void test_values(void **state)
{
	struct moodsaid said[MOODSOURCES];

	(void)state;
	say("{\"tags\":[\"sad\",\"glad\"],\"emotion\":{\"valence\":0.25,"
	    "\"arousal\":-0.5,\"dominance\":0.75,\"confidence\":1}}",
	    said);
	assert_true(fabs(said[MOODSOURCE_TAGS].value[0] + 0.1) < 1e-6);
	assert_true(fabs(said[MOODSOURCE_EMOTION].value[2] - 0.75) < 1e-9);
}

/* Rows of sound, by a formula of one term. */
static void test_heard(void **state)
{
	static const char table[] = "t\tx\t-\tramp\t0\t1\t1\t1\n";
	char *path = test_path("formula");
	struct feat_schema s = { 0 };
	struct moodsaid said[MOODSOURCES] = { 0 };
	struct moodheard h;
	struct str recipe = { 0 };
	struct feat_row *row;
	struct err err = { 0 };
	bool instead;

	(void)state;
	test_save(path, table, sizeof(table) - 1);
	feat_schema_add(&s, "x", "1");
	row = feat_row_new(&s);
	row->values[0] = 0.75f;
	assert_int_equal(
	    moodheard_open(&h, NULL, path, &s, "f", &recipe, &instead, &err),
	    0);
	assert_false(instead);
	assert_true(recipe.n > 64);
	assert_true(moodheard_say(&h, row, said)); /* method none: measured */
	assert_true(fabs(said[MOODSOURCE_FORMULA].value[0] - 0.5) < 1e-6);
	assert_true(fabs(said[MOODSOURCE_FORMULA].weight - 1) < 1e-9);
	row->method = FEAT_METHOD_NEIGHBOURS;
	row->confidence = 0.25f;
	assert_false(moodheard_say(&h, row, said));
	assert_true(fabs(said[MOODSOURCE_FORMULA].weight - 0.25) < 1e-9);
	row->status = FEAT_SILENT;
	assert_false(moodheard_say(&h, row, said));
	assert_true(said[MOODSOURCE_FORMULA].weight <= 0);
	assert_false(moodheard_say(&h, NULL, said));
	moodheard_close(&h);
	/* the shipped model knows no column of these: the formula that ships
	 * misses its own, too */
	assert_int_equal(
	    moodheard_open(&h, NULL, NULL, &s, "f", &recipe, &instead, &err),
	    -1);
	assert_true(instead);
	assert_status(&err, ERR_DATA);
	unlink(path);
	feat_row_free(row);
	feat_schema_release(&s);
	str_release(&recipe);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
