/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores against values worked out by hand. */
#include "corpus/scoring.h"
#include "testing.h"

#include <math.h>

enum { ROWS = 4 };

struct bench {
	struct generation g;
	uint32_t artist[ROWS];
	float plays[ROWS], valence[ROWS], arousal[ROWS], sure[ROWS];
	uint8_t tier[ROWS], link[ROWS];
	uint32_t audio_rows[2];
	float audio[2 * GENERATION_AUDIO_DIM], audio_sure[2];
	uint32_t cnn_rows[2];
	float cnn[2 * 3], cnn_sure[2];
	struct candidates c;
	struct candidate items[ROWS];
	struct weights w;
};

static void set_up(struct bench *b)
{
	*b = (struct bench){ .plays = { 99, 0, NAN, 9 },
			     .sure = { 0.5f, 1, 1, 1 },
			     .audio_rows = { 0, 2 },
			     .audio_sure = { 1, 0.5f },
			     .cnn_rows = { 2, 3 },
			     .cnn = { 1, 0, 0, 0.6f, 0.8f, 0 },
			     .cnn_sure = { 1, 1 },
			     .link = { LINK_VALID, LINK_UNKNOWN, LINK_VALID,
				       LINK_VALID } };
	b->g.count = ROWS;
	b->g.artist = b->artist;
	b->g.plays = b->plays;
	b->g.valence = b->valence;
	b->g.arousal = b->arousal;
	b->g.mood_confidence = b->sure;
	b->g.tier = b->tier;
	b->g.link = b->link;
	b->g.audio[AUDIO_COMPONENTS] =
	    (struct audio_vectors){ .count = 2,
				    .dim = GENERATION_AUDIO_DIM,
				    .rows = b->audio_rows,
				    .vectors = b->audio,
				    .confidence = b->audio_sure };
	b->c.items = b->items;
	b->c.count = ROWS;
	b->c.weight[SIGNAL_TEXT] = 0.4f;
	b->c.weight[SIGNAL_AUDIO] = 0.3f;
	b->c.weight[SIGNAL_MOOD] = 0.2f;
	b->c.weight[SIGNAL_COLLAB] = 0.1f;
	for (uint32_t i = 0; i < ROWS; i++)
		b->items[i] = (struct candidate){ .row = i,
						  .text_distance = NAN,
						  .audio_cosine = NAN,
						  .mood_distance = NAN };
	for (int i = 0; i < TIER_COUNT; i++)
		b->w.penalty[i] = i == TIER_VIRAL ? 0.7f : 1;
	for (int i = 0; i < LINK_COUNT; i++)
		b->w.link[i] = i == LINK_UNKNOWN ? 0.5f : 1;
}

static void test_formula(void **state)
{
	struct bench b;
	struct scored s[ROWS];
	struct err err = { 0 };
	size_t dead;

	(void)state;
	set_up(&b);
	/* all signals: a cosine of 1 is the most of text, so 1 */
	b.items[0].text_distance = 0;
	b.items[0].audio_cosine = 0.5f;
	b.items[0].mood_distance = 1;
	/* the least of text, so 0; no audio: renormalised over .7 */
	b.items[1].text_distance = 1;
	b.items[1].mood_distance = 0;
	/* between: the cosine is 1 - .5^2 / 2, (.875 - .5) / .5 = .75; nothing
	 * else */
	b.items[2].text_distance = 0.5f;
	/* plays alone */
	assert_int_equal(scoring_run(&b.c, &b.g, &b.w, s, &dead, &err), ROWS);
	assert_int_equal(dead, 0);
	assert_int_equal(s[0].row, 0);
	assert_float_equal(s[0].score, 0.4 + 0.3 * 0.75 + 0.2 * 0.5 + 0.1,
			   1e-6);
	assert_int_equal(s[1].row, 2);
	assert_float_equal(s[1].score, 0.75, 1e-6);
	assert_int_equal(s[2].row, 3);
	assert_float_equal(s[2].score, log(10) / log(100), 1e-6);
	assert_int_equal(s[3].row, 1);
	assert_float_equal(s[3].score, 0.2 / 0.7, 1e-6);
	/* .4 + .3 + .2 half sure + .1; the second's link counts half */
	assert_float_equal(s[0].confidence, 0.9, 1e-6);
	assert_float_equal(s[3].confidence, 0.7 * 0.5, 1e-6);
	assert_float_equal(s[2].confidence, 0.1, 1e-6);
}

/* Words, names and vectors in one: 4 met w + 5 n + c. */
static void test_text(void **state)
{
	static const double sums[ROWS] = { 4 * 0.5 * 1 + 5 * 0 + 0.5 / 0.875,
					   4 * 0.5 * 0.25 + 5 * 1,
					   4 * 0.5 * 0 + 5 * 0.5 + 1,
					   4 * 0.5 * 0.75 };
	struct scored s[ROWS];
	struct bench b;
	struct err err = { 0 };
	size_t dead;

	(void)state;
	set_up(&b);
	b.c.words_met = 0.5f;
	b.items[0].words_score = 8;
	b.items[0].text_distance = 1;
	b.items[1].words_score = 2;
	b.items[1].named = 1;
	b.items[2].named = 0.5f;
	b.items[2].text_distance = 0.5f;
	b.items[3].words_score = 6;
	assert_int_equal(scoring_run(&b.c, &b.g, &b.w, s, &dead, &err), ROWS);
	for (int i = 0; i < ROWS; i++)
		assert_float_equal(
		    s[i].part[SIGNAL_TEXT],
		    (sums[s[i].row] - sums[3]) / (sums[1] - sums[3]), 1e-6);
	assert_int_equal(s[3].row, 3);
	/* nothing of it: missing, and not 0 */
	set_up(&b);
	b.c.words_met = 1;
	b.items[0].words_score = 8;
	assert_int_equal(scoring_run(&b.c, &b.g, &b.w, s, &dead, &err), ROWS);
	for (int i = 0; i < ROWS; i++)
		assert_true(s[i].row == 0 ? s[i].part[SIGNAL_TEXT] == 1
					  : isnan(s[i].part[SIGNAL_TEXT]));
}

static void test_penalty_and_dead(void **state)
{
	struct bench b;
	struct scored s[ROWS];
	struct err err = { 0 };
	size_t dead;

	(void)state;
	set_up(&b);
	b.tier[0] = TIER_VIRAL;
	b.link[1] = LINK_DEAD;
	assert_int_equal(scoring_run(&b.c, &b.g, &b.w, s, &dead, &err),
			 ROWS - 1);
	assert_int_equal(dead, 1);
	assert_int_equal(s[0].row, 0);
	assert_float_equal(s[0].score, 0.7, 1e-6);
	for (int i = 0; i < ROWS - 1; i++)
		assert_true(s[i].row != 1);
	/* a row with no signal at all scores 0, and divides nothing by 0 */
	assert_float_equal(s[2].score, 0, 1e-9);
	assert_int_equal(s[2].row, 2);
}

/* Vectors of both kinds: row 2 has both, 0 and 3 one, 1 none. */
static void test_two_kinds(void **state)
{
	struct scored s[ROWS], at[ROWS];
	struct bench b;
	struct err err = { 0 };
	size_t dead;

	(void)state;
	set_up(&b);
	b.audio[0] = 1;
	b.audio[GENERATION_AUDIO_DIM] = 1;
	b.g.audio[AUDIO_NETWORK] = (struct audio_vectors){
		.count = 2,
		.dim = 3,
		.rows = b.cnn_rows,
		.vectors = b.cnn,
		.confidence = b.cnn_sure,
	};
	for (int i = 0; i < ROWS; i++)
		b.items[i].audio_cosine = 0;
	assert_int_equal(scoring_run(&b.c, &b.g, &b.w, s, &dead, &err), ROWS);
	for (int i = 0; i < ROWS; i++)
		at[s[i].row] = s[i];
	assert_float_equal(at[0].audio_confidence, 1, 1e-6);
	assert_true(isnan(at[1].audio_confidence));
	assert_float_equal(at[2].audio_confidence, 0.75, 1e-6);
	assert_float_equal(at[3].audio_confidence, 1, 1e-6);
	assert_float_equal(scored_audio_cosine(&at[0], &at[2]), 1, 1e-6);
	assert_float_equal(scored_audio_cosine(&at[2], &at[3]), 0.6, 1e-6);
	assert_float_equal(scored_audio_cosine(&at[2], &at[2]), 1, 1e-6);
	assert_true(isnan(scored_audio_cosine(&at[0], &at[3])));
	assert_true(isnan(scored_audio_cosine(&at[1], &at[2])));
	at[3].audio[AUDIO_COMPONENTS] = at[0].audio[AUDIO_COMPONENTS];
	assert_float_equal(scored_audio_cosine(&at[2], &at[3]), 0.8, 1e-6);
}

static void test_bounds(void **state)
{
	struct bench b;
	struct scored s[ROWS];
	struct err err = { 0 };
	size_t dead;

	(void)state;
	set_up(&b);
	b.items[3].row = ROWS;
	assert_true(scoring_run(&b.c, &b.g, &b.w, s, &dead, &err) == SIZE_MAX);
	assert_status(&err, ERR_DATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formula),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_penalty_and_dead),
		cmocka_unit_test(test_two_kinds),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
