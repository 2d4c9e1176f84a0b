/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mood that requests ask for, by the tables and the network as shipped. */
#include <math.h>

#include "corpus/datadir.h"
#include "corpus/requestmood.h"
#include "learn/textnet.h"
#include "testing.h"

struct models {
	struct requestmood_models m;
	struct lexicon *lexicon;
	struct pack *pack;
	struct emotion_reader *emotion;
};

static void load(struct models *s)
{
	struct str path = { 0 }, text = { 0 };
	struct err err = { 0 };

	s->lexicon = lexicon_open(NULL, &text, &err);
	s->pack = pack_open(datadir_path("models/emotion.pack", &path),
			    TEXTNET_KIND, TEXTNET_VERSION, &err);
	assert_non_null(s->pack);
	s->emotion = emotion_open(s->pack, NULL, NULL, &err);
	assert_non_null(s->emotion);
	s->m = (struct requestmood_models){ s->lexicon, s->emotion,
					    emotion_work_new(s->emotion) };
	str_release(&path);
	str_release(&text);
}

static void unload(struct models *s)
{
	emotion_work_free(s->m.work);
	emotion_close(s->emotion);
	pack_close(s->pack);
	lexicon_free(s->lexicon);
}

static struct requestmood ask(const struct models *s, const char *text)
{
	return requestmood_read(&s->m, span_of(text), NULL, NULL);
}

static void check(const struct models *s, const char *text, enum moodby by,
		  double valence, double arousal)
{
	struct requestmood m = ask(s, text);

	if (m.by != by || fabs((double)m.valence - valence) > 1e-3 ||
	    fabs((double)m.arousal - arousal) > 1e-3)
		fail_msg("%s: %s %g %g", text, moodby_name(m.by),
			 (double)m.valence, (double)m.arousal);
}

/* Where both agree the numbers are the design's means. */
static void test_design(void **state)
{
	struct models s;

	(void)state;
	load(&s);
	check(&s, "i miss my ex", MOODBY_BOTH, -0.6, -0.2);
	check(&s, "upbeat morning workout", MOODBY_BOTH, 0.5, 2.0 / 3);
	unload(&s);
}

static void test_quadrants(void **state)
{
	/* none of these in any table of ours, nor among the requests that the
	 * network learnt */
	static const struct {
		const char *text;
		int valence, arousal;
	} cases[] = {
		{ "my grandfather's funeral was this morning and i am empty",
		  -1, -1 },
		{ "we just won the cup final in extra time!!!", 1, 1 },
		{ "something gentle to nurse the newborn at 4am", 1, -1 },
		{ "my boss lied about me again and i want to smash things", -1,
		  1 },
		{ "please nothing sad, we are celebrating", 1, 1 },
	};
	struct models s;

	(void)state;
	load(&s);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct requestmood m = ask(&s, cases[i].text);

		if (m.valence * (float)cases[i].valence <= 0 ||
		    m.arousal * (float)cases[i].arousal <= 0 ||
		    m.confidence <= 0)
			fail_msg("%s: %s %g %g", cases[i].text,
				 moodby_name(m.by), (double)m.valence,
				 (double)m.arousal);
	}
	unload(&s);
}

static void test_none(void **state)
{
	struct models s;

	(void)state;
	load(&s);
	check(&s, "albums produced by brian eno in the seventies", MOODBY_NONE,
	      0, 0);
	check(&s, "the song happy by pharrell williams", MOODBY_NONE, 0, 0);
	check(&s, "", MOODBY_NONE, 0, 0);
	unload(&s);
}

/* Without a network words decide. */
static void test_words(void **state)
{
	struct models s;
	struct str matched = { 0 };
	struct requestmood m;

	(void)state;
	load(&s);
	s.m.emotion = NULL;
	m = requestmood_read(&s.m, SPAN("calm party"), NULL, &matched);
	assert_int_equal(m.by, MOODBY_LEXICON);
	assert_int_equal(m.matches, 2);
	assert_float_equal(m.valence, 0.45, 1e-6);
	assert_float_equal(m.arousal, 0.05, 1e-6);
	assert_string_equal(str_z(&matched), "calm\nparty");
	assert_int_equal(ask(&s, "quantum bicycle").by, MOODBY_NONE);
	str_release(&matched);
	unload(&s);
}

static void test_names(void **state)
{
	(void)state;
	for (int by = MOODBY_NONE; by <= MOODBY_BOTH; by++)
		assert_int_equal(
		    moodby_find(span_of(moodby_name((enum moodby)by))), by);
	assert_int_equal(moodby_find(SPAN("")), MOODBY_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_design), cmocka_unit_test(test_quadrants),
		cmocka_unit_test(test_none),   cmocka_unit_test(test_words),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
