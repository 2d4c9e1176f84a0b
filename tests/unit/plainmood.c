/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/plainmood.h"
#include "testing.h"

static const char lexicon_tsv[] = "sad\t-0.7\t-0.3\tmood\tx\n"
				  "happy\t0.8\t0.5\tmood\tx\n"
				  "wonder\t0.6\t0.4\tmood\tx\n"
				  "not\t-0.5\t-0.5\tnegation\tx\n";
static const char asking_tsv[] = "genre\t-\thip hop, metal, new wave\n"
				 "sound\t-\tguitar\n"
				 "noun\t-\tsongs, hit\n"
				 "filler\t-\ta, in, for me, one\n"
				 "language\tde\tgerman\n";

static const struct {
	const char *request;
	int matches;
} cases[] = {
	{ "sad hip-hop songs", 1 },
	{ "a happy guitar in german", 1 },
	{ "happy sad metal for me", 2 },
	{ "sad songs", 0 },                /* the network's to say */
	{ "happy metal heads", 0 },        /* a name, perhaps */
	{ "new wave one hit wonders", 0 }, /* not spelled so */
	{ "not sad metal", 0 },
	{ "\"sad\" metal", 0 },
	{ "metal", 0 },
	{ "", 0 },
};

static void test_plain(void **state)
{
	struct err err = { 0 };
	struct lexicon *l = lexicon_parse(SPAN(lexicon_tsv), "lexicon", &err);
	struct askwords *table =
	    askwords_parse(SPAN(asking_tsv), "asking", &err);
	struct reading r = { .count = 0 };

	(void)state;
	assert_non_null(l);
	assert_non_null(table);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct lexicon_mood m;

		reading_start(&r, table, span_of(cases[i].request));
		m = plainmood_read(&r, l);
		if (m.matches != cases[i].matches)
			fail_msg("%s: %d", cases[i].request, m.matches);
	}
	/* what is a filter tells what music it is */
	reading_start(&r, table, SPAN("sad songs xxxs"));
	assert_int_equal(plainmood_read(&r, l).matches, 0);
	reading_use(&r, 2, 1, USE_FILTER);
	assert_int_equal(plainmood_read(&r, l).matches, 1);
	reading_release(&r);
	askwords_free(table);
	lexicon_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_plain) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
