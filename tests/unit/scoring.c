/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores against values worked out by hand. */
#include "corpus/scoring.h"
#include "math/random.h"
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
	struct ranktuning t;
	struct scoring how;
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
	wish_reset(&b->c.wish);
	/* span 1: nothing is stretched, if the best part is 1 */
	b->t = (struct ranktuning){ .trust_least = 1, .span = 1, .ranks = 60 };
	b->how = (struct scoring){
		.c = &b->c, .g = &b->g, .weights = &b->w, .tuning = &b->t
	};
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
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS);
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
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS);
	for (int i = 0; i < ROWS; i++)
		assert_float_equal(
		    s[i].part[SIGNAL_TEXT],
		    (sums[s[i].row] - sums[3]) / (sums[1] - sums[3]), 1e-6);
	assert_int_equal(s[3].row, 3);
	/* no track has more than a quarter of the words: worth half */
	b.t.met = 0.5f;
	b.c.words_met = 0.25f;
	b.items[1].named = b.items[2].named = 0;
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS);
	for (int i = 0; i < ROWS; i++)
		assert_true(!(s[i].part[SIGNAL_TEXT] > 0.5f));
	assert_float_equal(s[0].part[SIGNAL_TEXT], 0.5, 1e-6);
	/* no track has any of them: what vectors tell still ranks */
	set_up(&b);
	b.t.met = 0.5f;
	b.items[1].text_distance = 1;
	b.items[3].text_distance = 0.5f;
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS);
	for (int i = 0; i < ROWS; i++)
		if (s[i].row == 3)
			assert_float_equal(s[i].part[SIGNAL_TEXT],
					   sqrt(0.875 / 5), 1e-6);
		else if (s[i].row == 1)
			assert_true(s[i].part[SIGNAL_TEXT] == 0);
	/* nothing of it: missing, and not 0 */
	set_up(&b);
	b.c.words_met = 1;
	b.items[0].words_score = 8;
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS);
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
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS - 1);
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
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS);
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
	assert_true(scoring_run(&b.how, s, &dead, &err) == SIZE_MAX);
	assert_status(&err, ERR_DATA);
}

static void any_candidates(struct bench *b, struct random *rng,
			   uint8_t flags[ROWS])
{
	set_up(b);
	b->g.flags = flags;
	b->c.wish.vocals = (enum vocals)random_below(rng, VOCALS);
	b->c.wish.vague = !random_below(rng, 4);
	b->t = (struct ranktuning){ .trust_least = (float)random_uniform(rng),
				    .unknown = (float)random_uniform(rng),
				    .span = 0.1f,
				    .ranks = 60,
				    .instrumental = 0.5f,
				    .texture = 0.5f,
				    .vocals_against = 0.5f,
				    .vocals_unknown = 0.1f,
				    .link = 0.1f,
				    .vague = 0.7f,
				    .lyric_share = 0.8f,
				    .lyric_words = 4 };
	b->how.fusion = random_below(rng, 2) ? FUSION_RANKS : FUSION_WEIGHTED;
	b->how.off = (unsigned)random_below(rng, 1u << CONTRIBUTIONS) &
		     (unsigned)random_u64(rng);
	for (int i = 0; i < ROWS; i++) {
		struct candidate *c = &b->items[i];

		flags[i] = (uint8_t)(random_below(rng, 3) << 4);
		b->tier[i] = (uint8_t)random_below(rng, TIER_COUNT);
		b->sure[i] = (float)random_uniform(rng);
		c->audio_cosine =
		    random_below(rng, 3) ? (float)random_uniform(rng) : NAN;
		c->mood_distance =
		    random_below(rng, 3) ? (float)random_uniform(rng) : NAN;
		c->text_distance =
		    random_below(rng, 3) ? (float)random_uniform(rng) : NAN;
		c->words_score = (float)random_below(rng, 3);
	}
}

/* Whatever is switched off, missing or doubtful: the score is the sum. */
static void test_sums(void **state)
{
	uint8_t flags[ROWS];
	struct bench b;
	struct scored s[ROWS];
	struct random rng;
	struct err err = { 0 };
	size_t dead;

	(void)state;
	random_seed(&rng, 9, 0);
	for (int round = 0; round < 2000; round++) {
		any_candidates(&b, &rng, flags);
		assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS);
		for (int i = 0; i < ROWS; i++) {
			int32_t sum = 0;

			for (int j = 0; j < CONTRIBUTIONS; j++) {
				sum += s[i].contribution[j];
				if (b.how.off >> j & 1)
					assert_int_equal(s[i].contribution[j],
							 0);
				assert_true(j < SIGNAL_COUNT ||
					    j == CONTRIBUTION_UNKNOWN ||
					    s[i].contribution[j] <= 0);
			}
			assert_true(lrintf(1e6f * s[i].score) == sum);
			assert_true(sum >= -4 && sum <= 1000004);
			assert_true(!i || s[i].score <= s[i - 1].score);
		}
	}
}

/* What is not known counts at the mean, times `unknown`; what is a guess by how
 * far it is trusted. */
static void test_doubt(void **state)
{
	struct bench b;
	struct scored s[ROWS];
	struct err err = { 0 };
	size_t dead;

	(void)state;
	set_up(&b);
	b.t.trust_least = 0.2f;
	b.t.unknown = 0.5f;
	b.c.count = 2;
	b.plays[0] = b.plays[1] = NAN;
	b.items[0].mood_distance = 0;   /* part 1, confidence .5: trust .6 */
	b.items[1].mood_distance = 1;   /* part .5, trust 1 */
	b.items[1].audio_cosine = 0.6f; /* part .8, no vector: trust .2 */
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), 2);
	assert_int_equal(s[0].row, 0);
	/* audio missing: .3 * .5 at its mean .8; mood: .2 * .6 and, at the mean
	 * .75, .2 * .4 * .5 */
	assert_float_equal(s[0].contribution[SIGNAL_MOOD],
			   1e6 * 0.12 / (0.15 + 0.12 + 0.04), 1.5);
	assert_float_equal(
	    s[0].contribution[CONTRIBUTION_UNKNOWN],
	    1e6 * (0.15 * 0.8 + 0.04 * 0.75) / (0.15 + 0.12 + 0.04), 1.5);
	assert_float_equal(s[1].contribution[SIGNAL_AUDIO],
			   1e6 * 0.06 * 0.8 / (0.06 + 0.12 + 0.2), 1.5);
}

static void test_ranks(void **state)
{
	struct bench b;
	struct scored s[ROWS];
	struct err err = { 0 };
	size_t dead;

	(void)state;
	set_up(&b);
	b.how.fusion = FUSION_RANKS;
	b.items[0].mood_distance = 0.3f;
	b.items[1].mood_distance = 0.1f;
	b.items[2].mood_distance = 0.3f;
	b.items[3].mood_distance = 0.9f;
	for (int i = 0; i < ROWS; i++)
		b.plays[i] = NAN;
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS);
	assert_int_equal(s[0].row, 1);
	assert_float_equal(s[0].score, 1, 1e-6);
	assert_float_equal(s[1].score, 61.0 / 62, 1e-6);
	assert_float_equal(s[2].score, 61.0 / 62, 1e-6);
	assert_float_equal(s[3].score, 61.0 / 64, 1e-6);
}

static void test_wishes(void **state)
{
	uint8_t flags[ROWS] = { CATALOGUE_INSTRUMENTAL, CATALOGUE_SUNG, 0,
				CATALOGUE_INSTRUMENTAL };
	uint8_t timbre[ROWS * TIMBRE_AXES];
	float weight[SIGNAL_COUNT];
	struct bench b;
	struct scored s[ROWS], at[ROWS];
	struct err err = { 0 };
	size_t dead;

	(void)state;
	set_up(&b);
	b.g.flags = flags;
	b.t.instrumental = 0.25f;
	b.t.vocals_against = 0.5f;
	b.t.vocals_unknown = 0.1f;
	b.c.wish.vocals = VOCALS_NONE;
	for (int i = 0; i < ROWS; i++) {
		b.items[i].text_distance = 0.1f;
		b.items[i].audio_cosine = 1;
		b.plays[i] = NAN;
	}
	b.items[3].named = 1;
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS);
	for (int i = 0; i < ROWS; i++)
		at[s[i].row] = s[i];
	assert_int_equal(at[0].contribution[CONTRIBUTION_VOCALS], 0);
	assert_true(at[1].contribution[CONTRIBUTION_VOCALS] < 0);
	assert_float_equal(at[1].contribution[CONTRIBUTION_VOCALS],
			   -0.5 * (at[1].contribution[SIGNAL_TEXT] +
				   at[1].contribution[SIGNAL_AUDIO]),
			   2);
	assert_true(at[2].contribution[CONTRIBUTION_VOCALS] < 0 &&
		    at[2].score > at[1].score);
	/* an instrumental: three quarters of its words' weight go to its sound;
	 * not where it is named */
	scoring_weights(&b.how, &at[0], weight);
	assert_float_equal(weight[SIGNAL_TEXT], 0.1, 1e-6);
	assert_float_equal(weight[SIGNAL_AUDIO], 0.6, 1e-6);
	scoring_weights(&b.how, &at[3], weight);
	assert_float_equal(weight[SIGNAL_TEXT], 0.4, 1e-6);
	/* dark and sparse: half the cosine, half the percentiles */
	set_up(&b);
	b.t.texture = 0.5f;
	b.t.span = 1;
	memset(timbre, TIMBRE_NONE, sizeof(timbre));
	b.g.timbre = timbre;
	b.c.wish.timbre[TIMBRE_BRIGHT] = 0.1f;
	b.c.wish.timbre[TIMBRE_DENSE] = 0.2f;
	timbre[TIMBRE_BRIGHT] = 10;
	timbre[TIMBRE_DENSE] = 20;
	timbre[TIMBRE_AXES + TIMBRE_BRIGHT] = 90;
	for (int i = 0; i < 3; i++)
		b.items[i].audio_cosine = 1;
	b.items[1].audio_cosine = NAN;
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS);
	for (int i = 0; i < ROWS; i++)
		at[s[i].row] = s[i];
	assert_float_equal(at[0].part[SIGNAL_AUDIO], 1, 1e-6);
	assert_float_equal(at[1].part[SIGNAL_AUDIO], 0.2, 1e-5);
	assert_float_equal(at[2].part[SIGNAL_AUDIO], 1, 1e-6);
	assert_true(isnan(at[3].part[SIGNAL_AUDIO]));
}

/* Four words and four fifths of a quote: pinned with a score of 1. */
static void test_lyrics(void **state)
{
	struct bench b;
	struct scored s[ROWS];
	struct err err = { 0 };
	size_t dead;

	(void)state;
	set_up(&b);
	b.t.lyric_share = 0.8f;
	b.t.lyric_words = 4;
	str_puts(&b.c.lyric, "we all live in a submarine");
	for (int i = 0; i < ROWS; i++)
		b.items[i].mood_distance = 0;
	b.items[2].mood_distance = NAN;
	b.items[2].lyric = 0.9f;
	b.items[1].lyric = 0.7f;
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS);
	assert_int_equal(s[0].row, 2);
	assert_true(s[0].pinned && s[0].score == 1);
	assert_false(s[1].pinned || s[2].pinned || s[3].pinned);
	/* too few words to be sure */
	str_reset(&b.c.lyric);
	str_puts(&b.c.lyric, "in a submarine");
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS);
	assert_false(s[0].pinned);
	str_release(&b.c.lyric);
}

static void test_kept(void **state)
{
	struct bench b;
	struct scored s[ROWS];
	struct err err = { 0 };
	size_t dead;

	(void)state;
	set_up(&b);
	b.t.lyric_share = 0.8f;
	b.t.lyric_words = 4;
	str_puts(&b.c.lyric, "we all live in a submarine");
	for (int i = 0; i < ROWS; i++)
		b.items[i].mood_distance = (float)i;
	b.items[1].lyric = 1;
	b.c.wish.keep[0] = 3;
	b.c.wish.keep[1] = 2;
	b.c.wish.keep_count = 2;
	b.c.wish.unlike[0] = 0;
	b.c.wish.unlike_count = 1;
	assert_int_equal(scoring_run(&b.how, s, &dead, &err), ROWS - 1);
	assert_int_equal(dead, 0);
	assert_int_equal(s[0].row, 3);
	assert_int_equal(s[1].row, 2);
	assert_int_equal(s[2].row, 1); /* the quoted behind them */
	for (int i = 0; i < 3; i++)
		assert_true(s[i].pinned && s[i].score == 1);
	assert_true(s[0].kept == 1 && s[1].kept == 2 && !s[2].kept);
	assert_true(s[0].contribution[CONTRIBUTION_KEPT] > 0 &&
		    !s[0].contribution[CONTRIBUTION_LYRIC]);
	for (int i = 3; i < ROWS - 1; i++)
		assert_false(s[i].pinned);
	str_release(&b.c.lyric);
}

static void test_vague(void **state)
{
	float weight[SIGNAL_COUNT];
	struct scored s = { .part = { NAN, NAN, NAN, NAN } };
	struct bench b;

	(void)state;
	set_up(&b);
	b.c.wish.vague = true;
	b.t.vague = 0.7f;
	scoring_weights(&b.how, &s, weight);
	assert_float_equal(weight[SIGNAL_COLLAB], 0.7, 1e-6);
	assert_float_equal(weight[SIGNAL_TEXT], 0.3 * 4 / 9, 1e-6);
	b.how.off = 1u << SIGNAL_COLLAB;
	scoring_weights(&b.how, &s, weight);
	assert_float_equal(weight[SIGNAL_COLLAB], 0, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formula),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_penalty_and_dead),
		cmocka_unit_test(test_two_kinds),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_ranks),
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_lyrics),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_vague),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
