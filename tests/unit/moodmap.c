/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A track placed by sound, by words, by both, around a middle that was fitted;
 * what a recipe is made of. */
#include "testing.h"

#include <math.h>

#include "corpus/moodmap.h"
#include "corpus/track.h"

static const char formula[] = "t\tx\t-\tramp\t0\t1\t1\t1\n";
static const char sources[] = "prior\tvalence\t0\t1\t0.5\t1\t-\t0\n"
			      "prior\tarousal\t0\t1\t0.5\t1\t-\t0\n"
			      "prior\tdominance\t0\t1\t0.2\t1\t-\t0\n"
			      "valence\tdominance\t0\t0.5\t0.2\t1\t-\t0\n"
			      "arousal\tdominance\t0\t0.5\t0\t1\t-\t0\n"
			      "formula\tvalence\t0\t1\t0.4\t1\t-\t0\n"
			      "formula\tarousal\t0\t1\t0.4\t1\t-\t0\n"
			      "title\tvalence\t0\t1\t0.4\t4\t-\t0\n";
enum { TRACKS = 40 };

struct files {
	char *formula, *sources, *features, *centre;
};

/* Rows whose value is -0.5 and 0.5 in turn, by the formula. */
static void save_rows(const char *path)
{
	struct feat_schema s = { .stage = "audio" };
	struct err err = { 0 };
	struct feat_writer *w;
	struct feat_row *row;
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	feat_schema_add(&s, "x", "1");
	w = feat_writer_new(f, &s, &err);
	assert_non_null(w);
	row = feat_row_new(&s);
	for (int i = 0; i <= TRACKS; i++) {
		feat_row_reset(row, &s);
		row->key = (uint64_t)i + 1;
		row->values[0] = i % 2 ? 0.75f : 0.5f;
		if (i == TRACKS) { /* imputed: does not count */
			row->method = FEAT_METHOD_GLOBAL;
			row->confidence = 1;
			row->values[0] = 0;
		}
		assert_int_equal(feat_write(w, row, &err), 0);
	}
	assert_int_equal(feat_writer_end(w, &err), 0);
	fclose(f);
	feat_row_free(row);
	feat_schema_release(&s);
}

static int set_up(void **state)
{
	struct files *f = mem_zalloc(1, sizeof(*f));

	f->formula = test_path("formula");
	f->sources = test_path("sources");
	f->features = test_path("features");
	f->centre = test_path("centre");
	test_save(f->formula, formula, sizeof(formula) - 1);
	test_save(f->sources, sources, sizeof(sources) - 1);
	save_rows(f->features);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct files *f = *state;
	char *paths[] = { f->formula, f->sources, f->features, f->centre };

	for (int i = 0; i < 4; i++) {
		unlink(paths[i]);
		free(paths[i]);
	}
	free(f);
	return 0;
}

static void near(float got, double want)
{
	if (!(fabs((double)got - want) < 1e-6))
		fail_msg("got %.9g, wanted %.9g", (double)got, want);
}

static void test_place(void **state)
{
	const struct files *f = *state;
	struct moodmap_files files = { .formula = f->formula,
				       .sources = f->sources };
	struct feat *feat;
	struct feat_row *row;
	struct moodwords words = { 0 };
	struct moodmap_place p;
	struct moodmap m;
	struct str recipe = { 0 }, table = { 0 }, other = { 0 };
	struct err err = { 0 };
	bool instead;

	assert_int_equal(moodmap_open(&m, &files, f->features, &recipe, &err),
			 0);
	feat = feat_open(f->features, &err);
	row = feat_row_new(feat_schema(feat));
	assert_int_equal(feat_find(feat, 2, row, &err), 1);
	assert_false(moodmap_place(&m, &words, NULL, &p));
	assert_true(moodmap_place(&m, &words, row, &p));
	assert_true(p.measured);
	assert_int_equal(p.method, FEAT_METHOD_FORMULA);
	near(p.values[MOODMAP_VALENCE], 0.5);
	near(p.values[MOODMAP_DOMINANCE], 0.5);
	near(p.values[MOODMAP_CONFIDENCE], 0.36);
	near(p.values[MOODMAP_AROUSAL_SPREAD], 0.4);
	str_puts(&words.title, "happy"); /* 0.8, as sure */
	assert_true(moodmap_place(&m, &words, row, &p));
	near(p.values[MOODMAP_VALENCE],
	     (0.5 + 0.8) / 0.16 / (4 + 2 * (1 / 0.16 - 4)));
	near(p.values[MOODMAP_AROUSAL], 0.5);
	moodmap_close(&m);

	/* the mean of 0 and 0.5 is the middle */
	assert_int_equal(moodmap_fit(&files,
				     (const char *const[]){ f->features }, 1,
				     &table, &instead, &err),
			 0);
	assert_false(instead);
	test_save(f->centre, table.p, table.n);
	files.centre = f->centre;
	assert_int_equal(moodmap_open(&m, &files, f->features, &other, &err),
			 0);
	assert_false(span_eq(span_str(&recipe), span_str(&other)));
	str_reset(&words.title);
	assert_true(moodmap_place(&m, &words, row, &p));
	near(p.values[MOODMAP_VALENCE], 0.25);
	str_puts(&words.title, "happy");
	assert_true(moodmap_place(&m, &words, NULL, &p));
	assert_false(p.measured);
	assert_int_equal(p.method, FEAT_METHOD_LEXICON);
	near(p.values[MOODMAP_VALENCE], 0.8); /* words are not moved */
	moodmap_close(&m);
	feat_row_free(row);
	feat_close(feat);
	moodwords_release(&words);
	str_release(&recipe);
	str_release(&other);
	str_release(&table);
}

static void test_refused(void **state)
{
	const struct files *f = *state;
	struct moodmap_files files = { .formula = f->formula,
				       .sources = f->formula };
	struct moodmap m;
	struct str recipe = { 0 };
	struct err err = { 0 };

	assert_int_equal(moodmap_open(&m, &files, NULL, &recipe, &err), -1);
	assert_status(&err, ERR_DATA);
	files.sources = "/nonexistent/sources";
	assert_int_equal(moodmap_open(&m, &files, NULL, &recipe, &err), -1);
	assert_status(&err, ERR_ENV);
	files.sources = f->sources;
	assert_int_equal(
	    moodmap_open(&m, &files, "/nonexistent", &recipe, &err), -1);
	assert_status(&err, ERR_ENV);
	str_release(&recipe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
