/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/respell.h"
#include "testing.h"

static const char lexicon_tsv[] = "sad\t-0.7\t-0.3\tmood\tx\n"
				  "lonely\t-0.7\t-0.4\tmood\tx\n"
				  "workout\t0.5\t0.9\tcontext\tx\n"
				  "scared\t-0.6\t0.6\tmood\tx\n";
static const char asking_tsv[] = "noun\t-\tsongs, lnoely\n";

static const struct {
	const char *request, *right; /* NULL: it has no slip */
} cases[] = {
	{ "sda songs", "sad songs" },
	{ "my wokrout, lonley", "my workout, lonely" },
	{ "workoutt", "workout" },
	{ "saad", NULL },      /* too short to have one too many */
	{ "Sda songs", NULL }, /* a name, perhaps */
	{ "\"sda\" songs", NULL },
	{ "lnoely", NULL }, /* known */
	{ "sad lonely", NULL },
	{ "xyzzy", NULL },
	{ "", NULL },
};

static void test_respell(void **state)
{
	struct err err = { 0 };
	struct lexicon *l = lexicon_parse(SPAN(lexicon_tsv), "lexicon", &err);
	struct askwords *table =
	    askwords_parse(SPAN(asking_tsv), "asking", &err);
	struct requestmood_models m = { .lexicon = l };
	struct reading r = { .count = 0 };
	struct str out = { 0 };

	(void)state;
	assert_non_null(l);
	assert_non_null(table);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool any;

		reading_start(&r, table, span_of(cases[i].request));
		any = respell_read(&r, &m, &out);
		if (any != (cases[i].right != NULL))
			fail_msg("%s: %s", cases[i].request, str_z(&out));
		test_span_is(span_str(&out),
			     any ? cases[i].right : cases[i].request);
	}
	str_release(&out);
	reading_release(&r);
	askwords_free(table);
	lexicon_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_respell) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
