/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is drawn: tracks of feature files, named by records; answers. */
#include "testing.h"

#include <math.h>

#include "corpus/moodplot.h"
#include "corpus/track.h"
#include "io/feat.h"

static void save_rows(const char *path, const char *first)
{
	static const float moods[][4] = { { 0.5f, -2, NAN, 0.3f },
					  { NAN, 0, 0, 0 },
					  { -0.25f, 0.75f, 0.1f, 1 } };
	static const char *const ids[] = { "a", "b", "c" };
	struct feat_schema s = { .stage = "mood" };
	struct err err = { 0 };
	struct feat_writer *w;
	struct feat_row *row;
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	feat_schema_add(&s, first, "1");
	feat_schema_add(&s, "arousal", "1");
	feat_schema_add(&s, "dominance", "1");
	feat_schema_add(&s, "confidence", "1");
	w = feat_writer_new(f, &s, &err);
	assert_non_null(w);
	row = feat_row_new(&s);
	for (int i = 0; i < 3; i++) {
		feat_row_reset(row, &s);
		row->key = track_key(span_of(ids[i]));
		memcpy(row->values, moods[i], sizeof(moods[i]));
		assert_int_equal(feat_write(w, row, &err), 0);
	}
	assert_int_equal(feat_writer_end(w, &err), 0);
	fclose(f);
	feat_row_free(row);
	feat_schema_release(&s);
}

static void test_tracks(void **state)
{
	static const char records[] =
	    "{\"id\":\"c\",\"title\":\"C\",\"artist\":\"X\"}\n"
	    "{\"id\":\"z\",\"title\":\"Z\"}\n{\"id\":\"a\",\"artist\":\"Y\"}\n";
	char *feat = test_path("feat"), *tracks = test_path("tracks");
	struct moodplot p = { 0 };
	struct err err = { 0 };

	(void)state;
	save_rows(feat, "valence");
	test_save(tracks, records, sizeof(records) - 1);
	/* twice the same file: every track once */
	assert_int_equal(moodplot_add_features(&p, feat, &err), 0);
	assert_int_equal(moodplot_add_features(&p, feat, &err), 0);
	moodplot_sort(&p);
	assert_int_equal((int)p.count, 2);
	assert_int_equal((int)p.passed, 2);
	assert_true(p.tracks[0].key < p.tracks[1].key);
	assert_int_equal(moodplot_name(&p, tracks, &err), 0);
	for (size_t i = 0; i < 2; i++) {
		const struct moodplot_track *t = &p.tracks[i];
		bool c = t->key == track_key(SPAN("c"));

		assert_int_equal(t->title_n, c ? 1 : 0);
		assert_int_equal(t->artist_n, 1);
		assert_int_equal(p.names.p[t->artist], c ? 'X' : 'Y');
		assert_true(c ? t->arousal > 0.7f : t->arousal >= -1.0f);
		assert_true(c ? t->dominance > 0 : isnan(t->dominance));
	}
	moodplot_release(&p);
	save_rows(feat, "other");
	assert_int_equal(moodplot_add_features(&p, feat, &err), -1);
	assert_status(&err, ERR_DATA);
	moodplot_release(&p);
	unlink(feat);
	unlink(tracks);
	free(feat);
	free(tracks);
}

static int ask(struct moodplot *p, const char *text, struct err *err)
{
	char *path = test_path("answer");
	int rc;

	*p = (struct moodplot){ 0 };
	test_save(path, text, strlen(text));
	rc = moodplot_ask(p, path, err);
	unlink(path);
	free(path);
	return rc;
}

static void test_answers(void **state)
{
	static const char *const broken[] = { "",    "x",
					      "{}",  "{\"results\":1}",
					      "[1]", "{\"results\":[" };
	struct str many = { 0 };
	struct err err = { 0 };
	struct moodplot p;

	(void)state;
	assert_int_equal(
	    ask(&p,
		" {\"query\":\"q\",\n\"mood_detected\":{\"valence\":0.5,"
		"\"arousal\":-0.5},\"results\":[{\"rank\":1,\"title\":\"T\","
		"\"artist\":\"A\",\"mood\":{\"valence\":-1,\"arousal\":1}},"
		"{\"title\":7,\"mood\":{\"valence\":3,\"arousal\":0}}]} {}\n",
		&err),
	    0);
	assert_true(p.asked && p.placed && p.valence > 0.4);
	assert_int_equal((int)p.answer_count, 2);
	test_span_is(span_str(&p.answers[0].title), "T");
	assert_true(p.answers[0].placed && !p.answers[1].placed);
	assert_true(p.answers[1].rank > 1.5); /* its place in the list */
	moodplot_release(&p);
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		assert_int_equal(ask(&p, broken[i], &err), -1);
		assert_status(&err, ERR_DATA);
		moodplot_release(&p);
	}
	str_puts(&many, "{\"results\":[{}");
	for (int i = 0; i < 99; i++)
		str_puts(&many, ",{}");
	str_puts(&many, "]}");
	assert_int_equal(ask(&p, str_z(&many), &err), 0);
	assert_int_equal((int)p.answer_count, MOODPLOT_ANSWERS);
	assert_false(p.placed);
	moodplot_release(&p);
	str_release(&many);
}

static void test_quadrants(void **state)
{
	(void)state;
	assert_int_equal(moodplot_quadrant(0, 0), 0);
	assert_int_equal(moodplot_quadrant(-0.1, 0.1), 1);
	assert_int_equal(moodplot_quadrant(-0.1, -0.1), 2);
	assert_int_equal(moodplot_quadrant(0.1, -0.1), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tracks),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_quadrants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
