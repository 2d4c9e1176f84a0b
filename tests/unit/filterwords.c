/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which rows of a table a text meets; the table that ships can be read. */
#include "testing.h"

#include "corpus/datadir.h"
#include "corpus/filterwords.h"
#include "io/input.h"

static const char table[] = "# comment\n"
			    "title\tstory\t-\t1\t0\t0\n"
			    "title\tstory of\t-\t2\t0\t0\n"
			    "title\tof my life\t-\t3\t0\t0\n"
			    "title\tepisode #\t-\t4\t0\t0\n"
			    "title\t^ live at\t-\t5\t0\t0\n"
			    "tag\tlive at\t-\t6\t0\t0\n"
			    "tag,title\t^ news $\tg\t7\t0\t0\ten\n"
			    "title\tRöportaj\tg\t8\t0\t0\n"
			    "\n"
			    "title\t朗読\t-\t9\t0\t0";

struct met {
	const struct filterwords *words;
	struct str weights;
};

static void note(void *ctx, size_t row)
{
	struct met *m = ctx;

	str_u64(&m->weights, (uint64_t)m->words->rows[row].weight[MUSIC_TALK]);
	str_putc(&m->weights, ' ');
}

static void meets(const struct filterwords *w, enum filter_where field,
		  const char *text, const char *wanted)
{
	struct filter_scan s = { 0 };
	struct met m = { .words = w };

	filterwords_each(w, &s, field, span_of(text), &m, note);
	assert_string_equal(str_z(&m.weights), wanted);
	str_release(&m.weights);
	filter_scan_release(&s);
}

static void test_phrases(void **state)
{
	struct filterwords w;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(filterwords_parse(&w, span_of(table), "t", &err), 0);
	assert_int_equal(w.count, 9);
	meets(&w, FILTER_TITLE, "", "");
	meets(&w, FILTER_TITLE, "A STORY", "1 ");
	meets(&w, FILTER_TITLE, "The Story of Us", "2 ");
	/* Phrases may overlap, but hide what lies inside them. */
	meets(&w, FILTER_TITLE, "story of my life", "2 3 ");
	meets(&w, FILTER_TITLE, "Episode 12, episode twelve", "4 ");
	meets(&w, FILTER_TITLE, "Live at Home", "5 ");
	meets(&w, FILTER_TITLE, "They live at home", "");
	meets(&w, FILTER_TAG, "they live at home", "6 ");
	meets(&w, FILTER_TAG, "story", "");
	meets(&w, FILTER_TITLE, "News!", "7 ");
	meets(&w, FILTER_TITLE, "Bad News", "");
	/* Every line of tags is a text of its own. */
	meets(&w, FILTER_TAG, "bad\nnews\nnews today", "7 ");
	meets(&w, FILTER_TITLE, "roportaj", "8 ");
	meets(&w, FILTER_TITLE, "太宰治朗読会", "9 ");
	meets(&w, FILTER_TITLE, "rea\xff\xfe story", "1 ");
	filterwords_release(&w);
}

static void test_alone(void **state)
{
	static const char rows[] = "alone\tg\t-\t0\t0\t0\n"
				   "title\tx\tg\t1\t0\t0\n"
				   "tag\tx\t-\t1\t0\t0\n"
				   "title\ty\th\t1\t0\t0\n";
	struct filterwords w;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(filterwords_parse(&w, span_of(rows), "t", &err), 0);
	assert_true(w.rows[1].alone);
	assert_false(w.rows[2].alone || w.rows[3].alone);
	filterwords_release(&w);
	/* Nothing is in the group. */
	assert_int_equal(
	    filterwords_parse(&w, (struct span){ rows, 14 }, "t", &err), -1);
	assert_int_equal(err.status, ERR_DATA);
}

static void test_ranges(void **state)
{
	static const char text[] =
	    "minutes\t15..30\t-\t1\t0\t0\n"
	    "plays\t..100\t-\t1\t0\t0\n"
	    "sound\tkey_strength 0.65..0.4\t-\t1\t0\t0\n";
	struct filterwords w;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(filterwords_parse(&w, span_of(text), "t", &err), 0);
	assert_true(w.rows[0].low == 15 && w.rows[0].high == 30);
	assert_true(w.rows[1].low < -1e300 && w.rows[1].high == 100);
	assert_true(span_is(w.rows[2].what, "key_strength"));
	assert_true(w.rows[2].low == 0.65 && w.rows[2].high == 0.4);
	filterwords_release(&w);
}

static void test_shipped(void **state)
{
	struct str path = { 0 }, text = { 0 };
	struct filterwords w;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(input_slurp(datadir_path("filter-words.tsv", &path),
				     1 << 20, &text, &err),
			 0);
	if (filterwords_parse(&w, span_str(&text), "filter-words.tsv", &err))
		fail_msg("%s", err.message);
	/* Weights are round: halves, quarters where a row says little. */
	for (size_t i = 0; i < w.count; i++)
		for (int c = 0; c < MUSIC_CLASSES; c++) {
			double x = 4 * w.rows[i].weight[c];

			if (w.rows[i].where != 1u << FILTER_LIMIT)
				assert_true(x == (double)(int)x);
		}
	filterwords_release(&w);
	str_release(&path);
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phrases),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_shipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
