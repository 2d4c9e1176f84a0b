/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of words that requests are understood by, made and shipped. */
#include "corpus/askwords.h"
#include "corpus/datadir.h"
#include "io/input.h"
#include "testing.h"

static struct askwords *parse(const char *tsv, struct err *err)
{
	return askwords_parse(span_of(tsv), "table", err);
}

static void test_rows(void **state)
{
	struct err err = { 0 };
	struct askwords *t = parse("# a comment\n"
				   "noun\t-\tsong, songs\n"
				   "years\t1980 1989\teighties\n"
				   "texture\tsparse sure\tbare bones\n"
				   "texture\tbright\tsong\n"
				   "step\t0.35\ttexture\n"
				   "evidence\t0.5\tgenre\n"
				   "vague\t0 0 0.25 1\tvague\n"
				   "context\ttime\t-0.5\t0.25\tdark\tnight\n",
				   &err);
	const struct ask_row *row;
	float weight[SIGNAL_COUNT];
	int e;

	(void)state;
	assert_non_null(t);
	e = askwords_find(t, SPAN("song"));
	assert_true(e >= 0);
	assert_int_equal(askwords_row(t, e)->kind, ASK_NOUN);
	e = askwords_next(t, e);
	assert_true(e >= 0);
	row = askwords_row(t, e);
	assert_int_equal(row->kind, ASK_TEXTURE);
	assert_int_equal(row->axis, TIMBRE_BRIGHT);
	assert_true(row->high && !row->sure);
	assert_int_equal(askwords_next(t, e), -1);
	row = askwords_row(t, askwords_find(t, SPAN("bare bones")));
	assert_int_equal(row->axis, TIMBRE_DENSE);
	assert_true(!row->high && row->sure);
	row = askwords_row(t, askwords_find(t, SPAN("eighties")));
	assert_float_equal(row->number[1], 1989, 0);
	row = askwords_row(t, askwords_find(t, SPAN("night")));
	assert_true(span_is(row->value, "time") &&
		    span_is(row->wishes, "dark"));
	assert_float_equal(row->number[0], -0.5, 1e-6);
	assert_int_equal(askwords_find(t, SPAN("son")), -1);
	assert_int_equal(askwords_find(t, SPAN("")), -1);
	assert_float_equal(askwords_step(t, "texture"), 0.35, 1e-6);
	assert_float_equal(askwords_step(t, "none"), 0, 0);
	assert_float_equal(askwords_evidence(t, QUERY_GENRE), 0.5, 1e-6);
	assert_float_equal(askwords_evidence(t, QUERY_TEXT), 1, 0);
	assert_true(askwords_vague(t, weight));
	assert_float_equal(weight[SIGNAL_MOOD], 0.25, 1e-6);
	assert_float_equal(weight[SIGNAL_COLLAB], 1, 0);
	askwords_free(t);
}

static void test_bad(void **state)
{
	static const char *const bad[] = {
		"nonsense\t-\tx\n",
		"noun\n",
		"noun\t-\n",
		"noun\t-\t\n",
		"noun\t-\ta,,b\n",
		"years\t1980\teighties\n",
		"years\t1980 x\teighties\n",
		"years\t1 2 3 4 5\teighties\n",
		"texture\tloud\tloud\n",
		"texture\tdark maybe\tdark\n",
		"vague\t1 2 3\tvague\n",
		"context\ttime\t2\t0\t-\tnight\n",
		"context\ttime\t0\n",
		"noun\t-\tsong\nnoun",
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err = (struct err){ 0 };
		if (parse(bad[i], &err))
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(err.status, ERR_DATA);
	}
	assert_non_null(strstr(err.message, "table:2: "));
}

/* Every phrase is written as words are looked up: folded, and short enough. */
static void test_shipped(void **state)
{
	static const char *const names[] = { "asking.tsv", "contexts.tsv" };
	struct str path = { 0 }, text = { 0 };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct askwords *t;
		size_t blanks = 0;

		assert_int_equal(input_slurp(datadir_path(names[i], &path),
					     1 << 20, &text, &err),
				 0);
		t = askwords_parse(span_str(&text), names[i], &err);
		assert_non_null(t);
		askwords_free(t);
		for (size_t k = 0; k < text.n; k++) {
			unsigned char c = (unsigned char)text.p[k];

			blanks = c == ',' || c == '\n' || c == '\t' ? 0
				 : c == ' '                         ? blanks + 1
								    : blanks;
			if (c == '#')
				while (text.p[k] != '\n')
					k++;
			else if (blanks > ASK_PHRASE || c >= 0x80 ||
				 (c >= 'A' && c <= 'Z' && blanks))
				fail_msg("%s: at %.40s", names[i],
					 text.p + k - (k > 20 ? 20 : k));
		}
	}
	str_release(&path);
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_shipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
