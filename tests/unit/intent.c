/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Query types and weights by the tables as shipped, words alone. */
#include "corpus/datadir.h"
#include "corpus/intent.h"
#include "io/input.h"
#include "testing.h"

struct tables {
	struct weights w;
	struct lexicon *l;
	struct requestmood_models m;
};

static void load(struct tables *t)
{
	struct str path = { 0 }, text = { 0 };
	struct err err = { 0 };

	t->l = lexicon_open(NULL, &text, &err);
	assert_non_null(t->l);
	t->m = (struct requestmood_models){ .lexicon = t->l };
	str_reset(&text);
	assert_int_equal(input_slurp(datadir_path("weights.tsv", &path),
				     1 << 20, &text, &err),
			 0);
	assert_int_equal(weights_parse(&t->w, span_str(&text), "weights", &err),
			 0);
	str_release(&path);
	str_release(&text);
}

static const struct intent_known nothing;

static void test_types(void **state)
{
	static const struct {
		const char *query;
		enum query_type type, blend;
	} cases[] = {
		{ "i miss my ex", QUERY_MOOD, QUERY_TYPES },
		{ "I Miss My Ex", QUERY_MOOD, QUERY_TYPES },
		{ "pump up", QUERY_MOOD, QUERY_TYPES },
		{ "missing you", QUERY_MOOD, QUERY_TYPES },
		{ "electronic music", QUERY_GENRE, QUERY_TYPES },
		{ "HIP-HOP", QUERY_GENRE, QUERY_TYPES },
		{ "songs like Radiohead", QUERY_ARTIST, QUERY_TYPES },
		{ "songs like radiohead", QUERY_ARTIST, QUERY_TYPES },
		{ "play some Radiohead", QUERY_ARTIST, QUERY_TYPES },
		{ "rock guitar solo", QUERY_GENRE, QUERY_TEXT },
		{ "guitar solo", QUERY_TEXT, QUERY_TYPES },
		{ "acoustic remixes", QUERY_TEXT, QUERY_TYPES },
		{ "quantum bicycle", QUERY_DEFAULT, QUERY_TYPES },
		/* mood words beyond the table's, by the lexicon */
		{ "feeling melancholic", QUERY_MOOD, QUERY_TYPES },
		/* the first in order counts */
		{ "sad rock", QUERY_MOOD, QUERY_TYPES },
		/* a part of a word is no word */
		{ "rockets and poppies", QUERY_DEFAULT, QUERY_TYPES },
		{ "", QUERY_DEFAULT, QUERY_TYPES },
	};
	struct intent in = { 0 };
	struct tables t;

	(void)state;
	load(&t);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		intent_read(&in, &t.w, &t.m, span_of(cases[i].query), &nothing);
		if (in.type != cases[i].type ||
		    (cases[i].blend != QUERY_TYPES) !=
			(in.share[QUERY_TEXT] == 0.5F))
			fail_msg("%s: %s", cases[i].query,
				 query_type_name(in.type));
	}
	intent_release(&in);
	weights_release(&t.w);
	lexicon_free(t.l);
}

static void test_weights(void **state)
{
	struct intent in = { 0 };
	struct tables t;

	(void)state;
	load(&t);
	intent_read(&in, &t.w, &t.m, SPAN("i miss my ex"), &nothing);
	assert_float_equal(in.weight[SIGNAL_TEXT], 0.15, 1e-6);
	assert_float_equal(in.weight[SIGNAL_AUDIO], 0.35, 1e-6);
	assert_float_equal(in.mood.valence, -0.6, 1e-6);
	assert_float_equal(in.mood.arousal, -0.2, 1e-6);
	/* between genre (.35) and text-heavy (.50) */
	intent_read(&in, &t.w, &t.m, SPAN("rock guitar solo"), &nothing);
	assert_float_equal(in.weight[SIGNAL_TEXT], 0.425, 1e-6);
	assert_float_equal(in.weight[SIGNAL_MOOD], 0.175, 1e-6);
	intent_read(&in, &t.w, &t.m, SPAN("upbeat morning workout"), &nothing);
	assert_float_equal(in.mood.valence, 0.5, 1e-6);
	test_span_is(span_str(&in.context), "morning\nworkout");
	intent_release(&in);
	weights_release(&t.w);
	lexicon_free(t.l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_weights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
