/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reasons: what is said, in which order, and what may not be said. */
#include "corpus/why.h"
#include "testing.h"

#include <math.h>

struct bench {
	struct generation g;
	float display[DISPLAY_FEATURES], plays;
	uint8_t measured, timbre[TIMBRE_AXES];
	struct candidates c;
	struct candidate item;
	struct scored s;
	struct answer a;
	struct answer_track t;
	struct why *why;
	struct str line;
};

static void set_up(struct bench *b)
{
	struct err err = { 0 };

	*b = (struct bench){
		.display = { 68, 0.2f, 4, 0, -14 },
		.measured = (1 << DISPLAY_FEATURES) - 1,
		.item = { .text_distance = NAN,
			  .audio_cosine = NAN,
			  .mood_distance = NAN },
		.s = { .part = { NAN, NAN, NAN, NAN },
		       .flags = CATALOGUE_HEARD,
		       .link = LINK_VALID,
		       .mood_confidence = 0.8f },
	};
	memset(b->timbre, TIMBRE_NONE, sizeof(b->timbre));
	b->g.display = b->display;
	b->g.display_measured = &b->measured;
	b->g.timbre = b->timbre;
	b->g.plays = &b->plays;
	wish_reset(&b->c.wish);
	b->c.items = &b->item;
	b->c.count = 1;
	b->a.c = &b->c;
	b->a.g = &b->g;
	b->t.s = &b->s;
	b->t.c = &b->c;
	b->t.found = &b->item;
	b->why = why_new(&err);
	assert_non_null(b->why);
}

static void tear_down(struct bench *b)
{
	why_free(b->why);
	str_release(&b->line);
	str_release(&b->c.query);
	str_release(&b->c.lyric);
	str_release(&b->c.understood);
}

static void asks(struct bench *b, const char *query)
{
	str_reset(&b->c.query);
	str_puts(&b->c.query, query);
	why_reset(b->why);
}

static void says(struct bench *b, const char *expected)
{
	str_reset(&b->line);
	why_put(b->why, &b->a, &b->t, &b->line);
	assert_string_equal(str_z(&b->line), expected);
}

static void wants_mood(struct bench *b, float arousal, float distance)
{
	b->c.mood_by = MOODBY_LEXICON;
	b->c.arousal = arousal;
	b->item.mood_distance = distance;
	b->s.contribution[SIGNAL_MOOD] = 300000;
}

/* The strongest first, three at most. */
static void test_order(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	asks(&b, "the lonely rains and something");
	b.t.text[CATALOGUE_TITLE] = SPAN("Rain, Rain");
	b.t.text[CATALOGUE_TAGS] = SPAN("LONELY\nblue");
	wants_mood(&b, -0.5f, 0.3f);
	b.s.contribution[SIGNAL_TEXT] = 100000;
	b.s.contribution[SIGNAL_AUDIO] = 200000;
	b.s.part[SIGNAL_COLLAB] = 1;
	b.plays = 7;
	b.s.contribution[SIGNAL_COLLAB] = 50000;
	says(&b, "close to your mood; slow, 68 BPM, minor key; "
		 "\"rains\" in its title and \"lonely\" in its tags");
	b.s.contribution[SIGNAL_COLLAB] = 500000;
	says(&b, "among the most played; close to your mood; slow, 68 BPM, "
		 "minor key");
	/* slow is no reason where lively is wanted */
	b.c.arousal = 0.5f;
	says(&b, "among the most played; close to your mood; 68 BPM, "
		 "minor key");
	tear_down(&b);
}

/* Nothing that was imputed has a number, a key, or stands without "probably". */
static void test_imputed(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	asks(&b, "calm indie");
	b.measured = 0;
	b.s.flags = CATALOGUE_GENRE_IMPUTED | CATALOGUE_TAGS_IMPUTED;
	b.t.text[CATALOGUE_TAGS] = SPAN("calm");
	b.timbre[TIMBRE_BRIGHT] = 1;
	wants_mood(&b, -0.5f, 0.1f);
	says(&b, "probably very close to your mood; probably fits \"calm\"; "
		 "probably slow");
	b.t.text[CATALOGUE_TAGS] = SPAN("");
	b.t.text[CATALOGUE_GENRE] = SPAN("Indie Pop");
	says(&b, "probably very close to your mood; probably Indie Pop; "
		 "probably slow");
	/* measured, but the mood is no more than a guess */
	b.s.flags = CATALOGUE_HEARD;
	b.s.mood_confidence = 0.2f;
	b.t.text[CATALOGUE_GENRE] = SPAN("");
	says(&b, "probably very close to your mood; probably slow, darker "
		 "than 99 % of your music");
	tear_down(&b);
}

/* Words in a text that nobody sees, and of what is hardly known, its plays. */
static void test_little(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	b.measured = 0;
	b.s.flags = 0;
	for (int f = 0; f < DISPLAY_FEATURES; f++)
		b.display[f] = NAN;
	asks(&b, "the rain");
	b.item.words_score = 1;
	b.item.text_distance = NAN;
	b.plays = 7;
	says(&b, "played 7 times");
	b.s.contribution[SIGNAL_TEXT] = 100000;
	says(&b, "\"rain\" in its description or lyrics");
	asks(&b, "the rain and thunder");
	says(&b, "some of your words in its description or lyrics");
	b.item.words_score = 0;
	b.plays = 1;
	says(&b, "played 1 time");
	b.plays = NAN;
	says(&b, "its texts are nearer to your words than others");
	b.s.contribution[SIGNAL_TEXT] = 0;
	says(&b, "");
	tear_down(&b);
}

static void test_texture(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	asks(&b, "");
	b.timbre[TIMBRE_DENSE] = 88;
	b.timbre[TIMBRE_WARM] = 3;
	says(&b, "slow, 68 BPM, minor key, colder than 97 % of your music");
	b.c.wish.timbre[TIMBRE_DENSE] = 0.9f; /* asked for: it is told */
	says(&b, "slow, 68 BPM, minor key, denser than 88 % of your music");
	b.timbre[TIMBRE_DENSE] = 60;
	says(&b, "slow, 68 BPM, minor key");
	tear_down(&b);
}

/* Whose mood it is close to: what was asked for is not always a mood. */
static void test_whose(void **state)
{
	static const struct answer_journey journey;
	struct bench b;

	(void)state;
	set_up(&b);
	b.g.display = NULL;
	asks(&b, "");
	wants_mood(&b, 0, 0.1f);
	b.c.mood_by = MOODBY_REQUEST;
	says(&b, "very close to your mood");
	b.c.mood_by = MOODBY_LIKE;
	b.c.wish.like_count = 1;
	says(&b, "very close to the mood of what you named");
	b.c.wish.like_count = 0;
	b.c.wish.heard = true;
	b.item.mood_distance = 0.7f;
	says(&b, "not far from the mood of what you named");
	b.c.wish.heard = false;
	b.c.wish.keep_count = 1;
	says(&b, "not far from the mood of what you kept");
	/* like it, but more energetic: that is nobody's but yours */
	str_puts(&b.c.understood, "{\"aspects\":{\"vocals\":\"none\"}}");
	says(&b, "not far from the mood of what you kept");
	str_reset(&b.c.understood);
	str_puts(&b.c.understood,
		 "{\"aspects\":{\"arousal\":{\"asked\":0,\"above\":0.2}}}");
	says(&b, "not far from your mood");
	/* a way has many, and one leg is no way */
	b.a.journey = &journey;
	b.c.leg_count = 1;
	says(&b, "not far from your mood");
	b.c.leg_count = 3;
	says(&b, "not far from the mood your journey has here");
	tear_down(&b);
}

static void test_names(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	b.g.display = NULL;
	b.item.named = 1;
	b.t.text[CATALOGUE_ARTIST] = SPAN("Radiohead");
	b.t.text[CATALOGUE_TITLE] = SPAN("Creep");
	asks(&b, "creep radiohead");
	says(&b, "the track you named");
	asks(&b, "Radiohead");
	says(&b, "by the artist you named");
	asks(&b, "creep");
	says(&b, "its title is what you named");
	asks(&b, "radiohaed");
	says(&b, "its name is close to what you wrote");
	tear_down(&b);
}

static void test_wishes(void **state)
{
	static const struct answer_journey journey;
	struct bench b;

	(void)state;
	set_up(&b);
	b.g.display = NULL;
	asks(&b, "");
	says(&b, "");
	b.s.flags |= CATALOGUE_INSTRUMENTAL;
	b.s.part[SIGNAL_AUDIO] = 1;
	says(&b, "instrumental, so its sound counts for more than its words");
	b.c.wish.vocals = VOCALS_NONE;
	says(&b, "instrumental, as you asked");
	b.c.wish.vocals = VOCALS_ANY;
	b.s.flags = CATALOGUE_HEARD;
	b.c.wish.like_count = 1;
	b.item.audio_cosine = 0.9f;
	says(&b, "sounds like what you named");
	b.s.flags = 0;
	b.measured = 0;
	says(&b, "probably sounds like what you named");
	b.c.wish.like_count = 0;
	b.s.link = LINK_UNKNOWN;
	b.t.text[CATALOGUE_URL] = SPAN("http://x");
	b.s.pinned = true;
	b.item.lyric = 1;
	str_puts(&b.c.lyric, "we all live in a submarine");
	says(&b, "it sings \"we all live in a submarine\"; its link is "
		 "unverified");
	/* nobody heard it sung: the title has the words */
	asks(&b, "we all live in a submarine");
	b.t.text[CATALOGUE_TITLE] = SPAN("We All Live in a Submarine");
	says(&b, "\"we all live in a submarine\" is in its title; its link is "
		 "unverified");
	b.s.kept = 1;
	says(&b, "you kept it; its link is unverified");
	b.a.journey = &journey;
	b.c.leg_count = 1;
	says(&b, "you kept it; its link is unverified");
	b.c.leg_count = 3;
	says(&b, "your journey begins with it; its link is unverified");
	b.s.leg = 1;
	says(&b, "you kept it; its link is unverified");
	b.s.leg = 2;
	says(&b, "your journey ends with it; its link is unverified");
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),   cmocka_unit_test(test_imputed),
		cmocka_unit_test(test_texture), cmocka_unit_test(test_little),
		cmocka_unit_test(test_whose),   cmocka_unit_test(test_names),
		cmocka_unit_test(test_wishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
