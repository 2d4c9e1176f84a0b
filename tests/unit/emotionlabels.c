/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "corpus/emotionlabels.h"
#include "io/input.h"

enum { NAMES = 5 };
static char spelt[NAMES][16] = { "Sadness", "LABEL_1", "Valence", "irony",
				 "happy" };
static char *const names[NAMES] = { spelt[0], spelt[1], spelt[2], spelt[3],
				    spelt[4] };

static void test_shipped(void **state)
{
	static const int means[NAMES] = { EMOTION_SADNESS, EMOTIONLABEL_OTHER,
					  EMOTION_CLASSES, EMOTION_SARCASM,
					  EMOTION_JOY };
	static const char *const told[NAMES] = { "sadness", "LABEL_1",
						 "Valence", "irony", "joy" };
	struct emotionlabels l = { .count = 0 };
	struct str table = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(
	    input_slurp("data/emotion-labels.tsv", 1 << 20, &table, &err), 0);
	assert_int_equal(
	    emotionlabels_parse(&l, names, NAMES, span_str(&table), "t", &err),
	    0);
	assert_int_equal(l.count, NAMES);
	for (size_t i = 0; i < NAMES; i++) {
		assert_int_equal(l.items[i].means, means[i]);
		assert_string_equal(l.items[i].name, told[i]);
	}
	emotionlabels_release(&l);
	str_release(&table);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"a\tjoy\tjoy\n",       /* no source */
		"a\tgloom\tjoy\ts\n",  /* no such class */
		"\tjoy\tjoy\ts\n",     /* no label */
		"a\tjoy\t\ts\n",       /* neither a name nor - */
		"a\tjoy\tjoy\ts\nx\n", /* the second line */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct emotionlabels l = { .count = 0 };
		struct err err;

		assert_int_equal(emotionlabels_parse(&l, names, NAMES,
						     span_of(bad[i]), "t",
						     &err),
				 -1);
		assert_int_equal(err.status, ERR_DATA);
		emotionlabels_release(&l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
