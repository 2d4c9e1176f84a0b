/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Query types and weights by the tables as shipped, words alone. */
#include "corpus/intent.h"

#include <math.h>

#include "asktables.h"

struct tables {
	struct weights w;
	struct lexicon *l;
	struct requestmood_models m;
	struct str text;
	struct askwords *words;
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
	t->words = asktables_load(&t->text);
}

static void unload(struct tables *t)
{
	weights_release(&t->w);
	lexicon_free(t->l);
	askwords_free(t->words);
	str_release(&t->text);
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
	struct tables t = { .l = NULL };

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
	unload(&t);
}

static void test_weights(void **state)
{
	struct intent in = { 0 };
	struct tables t = { .l = NULL };

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
	unload(&t);
}

/* With the words that requests are understood by. */
static void test_shares(void **state)
{
	static const struct {
		const char *query;
		float
		    share[QUERY_TYPES]; /* mood, genre, artist, text, default */
	} cases[] = {
		{ "rock guitar solo", { 0, 0.5F, 0, 0.5F, 0 } },
		{ "electronic music", { 0, 1, 0, 0, 0 } },
		{ "sad rock", { 1 / 1.5F, 0.5F / 1.5F, 0, 0, 0 } },
		{ "techno", { 0, 1, 0, 0, 0 } }, /* beyond the type's words */
		{ "rock, but no guitar", { 0, 0.5F, 0, 0.5F, 0 } },
		{ "anything but rock", { 0, 0, 0, 0, 1 } },
		{ "quantum bicycle", { 0, 0, 0, 0, 1 } },
		{ "gloomy night", { 1, 0, 0, 0, 0 } },
	};
	struct intent in = { .type = QUERY_DEFAULT };
	struct tables t = { .l = NULL };
	struct intent_known known = { .mood = NULL };

	(void)state;
	load(&t);
	known.words = t.words;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		float text = 0;

		intent_read(&in, &t.w, &t.m, span_of(cases[i].query), &known);
		for (int k = 0; k < QUERY_TYPES; k++) {
			if (fabsf(in.share[k] - cases[i].share[k]) > 1e-5F)
				fail_msg("%s: %s %g", cases[i].query,
					 query_type_name((enum query_type)k),
					 (double)in.share[k]);
			text += in.share[k] * t.w.weight[k][SIGNAL_TEXT];
			assert_true(in.share[in.type] >= in.share[k]);
		}
		if (!in.wish.vague)
			assert_float_equal(in.weight[SIGNAL_TEXT], text, 1e-5);
	}
	intent_release(&in);
	unload(&t);
}

static void test_read(void **state)
{
	static const struct {
		const char *query, *plain;
		bool vague, literal;
	} cases[] = {
		{ "sad songs from the 80s", "sad songs", false, false },
		{ "sad songs from the 80s", "sad songs from the 80s", false,
		  true },
		{ "rock without singing", "rock", false, false },
		{ "songs that are not too sad", "songs that are", false,
		  false },
		{ "not too dense drone", "drone", false, false },
		{ "not too dense drone", "not too dense drone", false, true },
		{ "\"no vocals\" live", "\"no vocals\" live", false, false },
		{ "90s music", "", true, false },
		{ "music", "", true, false },
		{ "Play something!", "", true, false },
		{ "some good songs please", "", true, false },
		{ "idk", "", true, false },
		{ "...", "", true, false },
		{ "happy music", "happy music", false, false },
		{ "night music", "night music", false, false },
		{ "quantum bicycle", "quantum bicycle", false, false },
		{ "dark", "dark", false, false },
		{ "", "", true, false },
	};
	struct intent in = { .type = QUERY_DEFAULT };
	struct tables t = { .l = NULL };

	(void)state;
	load(&t);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct intent_known known = { .words = t.words,
					      .literal = cases[i].literal };

		intent_read(&in, &t.w, &t.m, span_of(cases[i].query), &known);
		if (in.wish.vague != cases[i].vague)
			fail_msg("%s: vague", cases[i].query);
		test_span_is(span_str(&in.plain), cases[i].plain);
		if (in.wish.vague) {
			assert_float_equal(in.weight[SIGNAL_COLLAB], 1, 0);
			assert_int_equal(in.mood.by, MOODBY_NONE);
		}
	}
	intent_release(&in);
	unload(&t);
}

/* An occasion that the lexicon does not know moves the mood a little, and never
 * over an axis. */
static void test_occasion(void **state)
{
	struct intent in = { .type = QUERY_DEFAULT };
	struct tables t = { .l = NULL };
	struct intent_known known = { .mood = NULL };
	struct requestmood given = requestmood_given(0.1F, 0.1F), plain;

	(void)state;
	load(&t);
	known.words = t.words;
	intent_read(&in, &t.w, &t.m, SPAN("sad"), &known);
	plain = in.mood;
	intent_read(&in, &t.w, &t.m, SPAN("sad mondays"), &known);
	test_span_is(span_str(&in.context), "mondays");
	assert_true(in.mood.valence < 0 && in.mood.arousal < 0);
	assert_true(in.mood.arousal > plain.arousal);
	known.mood = &given; /* what is given stays */
	intent_read(&in, &t.w, &t.m, SPAN("sad mondays"), &known);
	assert_float_equal(in.mood.arousal, 0.1, 1e-6);
	assert_int_equal(in.type, QUERY_MOOD);
	intent_release(&in);
	unload(&t);
}

/* Any words in any order: shares sum to 1, wishes are places, what is left is of
 * the request, in order. */
/* What is wanted instead of what is not, moods in plain words, slips. */
static void test_instead(void **state)
{
	static const struct {
		const char *query, *same;
	} cases[] = {
		{ "i'm not sad i'm angry", "angry" },
		{ "not calm, energetic", "energetic" },
		{ "angyr songs", "angry songs" },
	};
	struct intent in = { .type = QUERY_DEFAULT };
	struct tables t = { .l = NULL };
	struct intent_known known = { .mood = NULL };
	struct requestmood m;

	(void)state;
	load(&t);
	known.words = t.words;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		intent_read(&in, &t.w, &t.m, span_of(cases[i].same), &known);
		m = in.mood;
		intent_read(&in, &t.w, &t.m, span_of(cases[i].query), &known);
		assert_int_equal(in.mood.by, m.by);
		assert_float_equal(in.mood.valence, m.valence, 1e-6);
		assert_float_equal(in.mood.arousal, m.arousal, 1e-6);
	}
	/* the same is wanted, but less */
	intent_read(&in, &t.w, &t.m, SPAN("happy"), &known);
	m = in.mood;
	intent_read(&in, &t.w, &t.m, SPAN("happy, not too happy"), &known);
	assert_true(in.mood.valence < m.valence);
	/* two tables' occasions are lines */
	intent_read(&in, &t.w, &t.m, SPAN("studying late at night"), &known);
	assert_null(strstr(str_z(&in.context), "studyingnight"));
	for (const char *p = str_z(&in.context); p; p = strchr(p, '\n'))
		assert_true(*p != '\n' || *++p);
	intent_release(&in);
	unload(&t);
}

static void test_any_words(void **state)
{
	struct intent in = { .type = QUERY_DEFAULT };
	struct tables t = { .l = NULL };
	struct intent_known known = { .mood = NULL };
	struct str request = { 0 };
	uint64_t rng = 11;

	(void)state;
	load(&t);
	known.words = t.words;
	for (int i = 0; i < 4000; i++) {
		size_t n = rng_below(&rng, 12), at = 0;
		float shares = 0;

		str_reset(&request);
		while (n--) { /* from anywhere in the tables */
			size_t from = rng_below(&rng, t.text.n);

			for (size_t k = 0; k < 1 + rng_below(&rng, 14); k++)
				str_putc(&request,
					 t.text.p[(from + k) % t.text.n]);
			str_putc(&request, " \"'-,\xff"[rng_below(&rng, 6)]);
		}
		intent_read(&in, &t.w, &t.m, span_str(&request), &known);
		for (int k = 0; k < QUERY_TYPES; k++)
			shares += in.share[k];
		assert_float_equal(shares, 1, 1e-5);
		for (int a = 0; a < TIMBRE_AXES; a++)
			assert_true(
			    isnan(in.wish.timbre[a]) ||
			    (in.wish.timbre[a] >= 0 && in.wish.timbre[a] <= 1));
		for (size_t k = 0; k < in.plain.n; k++) {
			while (at < request.n && request.p[at] != in.plain.p[k])
				at++;
			assert_true(at++ < request.n);
		}
	}
	str_release(&request);
	intent_release(&in);
	unload(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_occasion),
		cmocka_unit_test(test_instead),
		cmocka_unit_test(test_any_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
