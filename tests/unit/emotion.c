/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of a network that is small enough to compute them by hand. */
#include "testing.h"

#include <math.h>

#include "../helpers/emotionpack.h"
#include "corpus/emotionreader.h"
#include "corpus/emotionfields.h"
#include "corpus/emotionparts.h"
#include "text/foreign.h"

struct fixture {
	char *path;
	struct pack *pack;
	struct emotion_reader *reader;
	struct emotion_work *work;
};

static void open_with(struct fixture *f, const struct emotion_options *o)
{
	struct err err = { 0 };

	f->path = test_path("emotion.pack");
	assert_int_equal(emotionpack_write(f->path, NULL, &err), 0);
	f->pack = pack_open(f->path, TEXTNET_KIND, TEXTNET_VERSION, &err);
	if (!f->pack)
		fail_msg("%s", err.message);
	f->reader = emotion_open(f->pack, NULL, o, &err);
	if (!f->reader)
		fail_msg("%s", err.message);
	f->work = emotion_work_new(f->reader);
}

static void close_all(struct fixture *f)
{
	emotion_work_free(f->work);
	emotion_close(f->reader);
	pack_close(f->pack);
	unlink(f->path);
	free(f->path);
}

static void near(double got, double wanted)
{
	if (!(fabs(got - wanted) < 2e-5))
		fail_msg("got %.6f, wanted %.6f", got, wanted);
}

/* Sarcasm's probability of log odds z, moved from a share of 0.2. */
static double moved(double z, double prior)
{
	double odds = exp(z) * (prior / (1 - prior)) / (0.2 / 0.8);

	return odds / (1 + odds);
}

static void test_one_word(void **state)
{
	struct fixture f;
	struct emotion e;
	/* joy, sadness, love, anger, fear, surprise, neutral */
	double z[] = { 0, 3, 2, 0, 0, 0, 1 }, sum = 0;
	double s = moved(0, 0.02);

	(void)state;
	open_with(&f, NULL);
	for (int i = 0; i < 7; i++)
		sum += z[i] = exp(z[i]);
	emotion_read(f.reader, f.work, SPAN("Miss!"), &e);
	near(s, 1 / (1 + 49.0 / 4));
	near(e.probs[EMOTION_SADNESS], (1 - s) * z[1] / sum);
	near(e.probs[EMOTION_JOY], (1 - s) * z[0] / sum);
	near(e.probs[EMOTION_LOVE], (1 - s) * z[2] / sum);
	near(e.probs[EMOTION_NEUTRAL], (1 - s) * z[6] / sum);
	near(e.probs[EMOTION_SARCASM], s);
	assert_int_equal(e.top[0], EMOTION_SADNESS);
	assert_int_equal(e.top[1], EMOTION_LOVE);
	/* opposite, and neutral is e^-1 of love: less than half */
	assert_int_equal(e.tops, 2);
	near(e.confidence, e.probs[EMOTION_SADNESS]);
	/* grief sigmoid(1) = .73 >= .6, love sigmoid(2) = .88 >= .8 */
	assert_int_equal(e.nlabels, 2);
	assert_string_equal(e.labels[0].name, "love");
	near(e.labels[0].probability, 1 / (1 + exp(-2)));
	assert_string_equal(e.labels[1].name, "grief");
	near(e.valence, -0.5);
	near(e.arousal, -1.0 / 3);
	near(e.dominance, -1);
	/* .45 / (3 * .5) and so on; all ratings' is a third */
	near(e.spread, sqrt(0.09 * e.confidence + (1 - e.confidence) / 9));
	assert_int_equal(e.nwords, 1);
	test_span_is(e.words[0], "Miss");
	assert_false(e.sarcasm_turned);
	assert_null(e.language);
	close_all(&f);
}

/* Two words: the sum of their rows over the root of two. */
static void test_conflict(void **state)
{
	struct fixture f;
	struct emotion e;
	double r = sqrt(0.5), s = moved(0, 0.02);
	double sum = exp(3.5 * r) + exp(3 * r) + exp(2 * r) + 3 + exp(1);

	(void)state;
	open_with(&f, NULL);
	emotion_read(f.reader, f.work, SPAN("happy - i miss"), &e);
	near(e.probs[EMOTION_JOY], (1 - s) * exp(3.5 * r) / sum);
	near(e.probs[EMOTION_LOVE], (1 - s) * exp(2 * r) / sum);
	/* love is e^(-r) = .49 of sadness: just below half */
	assert_int_equal(e.top[0], EMOTION_JOY);
	assert_int_equal(e.top[1], EMOTION_SADNESS);
	assert_int_equal(e.tops, 2);
	/* two words of three are known */
	near(e.confidence, e.probs[EMOTION_JOY] * 2 / 3);
	near(e.valence, 0);
	near(e.arousal, 0);
	assert_int_equal(e.nwords, 1);
	test_span_is(e.words[0], "happy");
	/* joy and anger: opposite; neutral is e^(1 - 3r) = .33, nothing near */
	emotion_read(f.reader, f.work, SPAN("happy furious"), &e);
	assert_int_equal(e.top[1], EMOTION_ANGER);
	assert_int_equal(e.tops, 2);
	/* three: anger and sadness equal, 3 / sqrt 3; the tie by number */
	emotion_read(f.reader, f.work, SPAN("happy, furious; miss"), &e);
	assert_int_equal(e.tops, 3);
	assert_int_equal(e.top[0], EMOTION_JOY);
	assert_int_equal(e.top[1], EMOTION_SADNESS);
	assert_int_equal(e.top[2], EMOTION_ANGER);
	close_all(&f);
}

static void test_sarcasm(void **state)
{
	struct fixture f;
	struct emotion e;
	struct emotion_options o = emotion_defaults;

	(void)state;
	open_with(&f, NULL);
	emotion_read(f.reader, f.work, SPAN("yeah"), &e);
	/* 33 / 1 odds in training's one of five; 2.7 / 1 in one of fifty */
	near(e.probs[EMOTION_SARCASM], moved(3.5, 0.02));
	assert_true(e.probs[EMOTION_SARCASM] > 0.72);
	assert_int_equal(e.top[0], EMOTION_SARCASM);
	assert_true(e.sarcasm_turned);
	near(e.valence, -0.5);
	assert_int_equal(e.nwords, 1);
	test_span_is(e.words[0], "yeah");
	close_all(&f);

	o.sarcasm_turns = 0.75;
	open_with(&f, &o);
	emotion_read(f.reader, f.work, SPAN("yeah"), &e);
	assert_false(e.sarcasm_turned);
	near(e.valence, 0.5);
	close_all(&f);

	o.sarcasm_prior = 0.2; /* training's: nothing moves */
	open_with(&f, &o);
	emotion_read(f.reader, f.work, SPAN("yeah"), &e);
	near(e.probs[EMOTION_SARCASM], 1 / (1 + exp(-3.5)));
	assert_true(e.sarcasm_turned);
	emotion_read(f.reader, f.work, SPAN("miss"), &e);
	near(e.probs[EMOTION_SARCASM], 0.5);
	close_all(&f);
}

static void test_nothing(void **state)
{
	static const char *const texts[] = { "", "   ", "\t\r", "\xff\xfe" };
	struct fixture f;
	struct emotion e;
	struct emotion_request q;

	(void)state;
	open_with(&f, NULL);
	for (size_t i = 0; i < 4; i++) {
		emotion_read(f.reader, f.work, span_of(texts[i]), &e);
		assert_int_equal(e.tokens, 0);
		near(e.confidence, 0);
		near(e.spread, 1.0 / 3);
		near(e.probs[EMOTION_NEUTRAL],
		     (1 - moved(0, 0.02)) * exp(1) / (6 + exp(1)));
		assert_int_equal(e.nwords, 0);
		assert_int_equal(e.nlabels, 0);
		assert_false(
		    emotion_request(f.reader, f.work, span_of(texts[i]), &q));
	}
	emotion_read_all(f.reader, f.work, NULL, 0, &e);
	assert_int_equal(e.tokens, 0);
	near(e.confidence, 0);
	/* unknown words: nothing is known; signs alone: half */
	emotion_read(f.reader, f.work, SPAN("xyzzy plugh"), &e);
	near(e.confidence, 0);
	emotion_read(f.reader, f.work, SPAN("!!"), &e);
	near(e.confidence, e.probs[EMOTION_NEUTRAL] / 2);
	close_all(&f);
}

/* Logits of several texts are averaged by weight * n / (n + 8). */
static void test_several(void **state)
{
	struct fixture f;
	struct emotion e, one;
	struct emotion_text texts[2] = { { SPAN("miss"), 1 },
					 { SPAN("happy xx yy zz"), 0.5 } };
	double a = 1.0 / 9, b = 0.5 * 4 / 12, sum;

	(void)state;
	open_with(&f, NULL);
	sum = a + b;
	a /= sum;
	b /= sum;
	emotion_read_all(f.reader, f.work, texts, 2, &e);
	near(e.valence, a * -0.5 + b * 0.5);
	near(log(e.probs[EMOTION_JOY] / e.probs[EMOTION_FEAR]), b * 3.5);
	near(log(e.probs[EMOTION_SADNESS] / e.probs[EMOTION_FEAR]), a * 3);
	near(e.confidence, e.probs[e.top[0]] * (a + b / 4));
	assert_int_equal(e.tokens, 5);
	/* a text of nothing changes nothing */
	texts[1].text = SPAN(" ");
	emotion_read_all(f.reader, f.work, texts, 2, &e);
	emotion_read(f.reader, f.work, SPAN("miss"), &one);
	assert_memory_equal(&e.probs, &one.probs, sizeof(e.probs));
	near(e.confidence, one.confidence);
	close_all(&f);
}

static const char foreign_table[] =
    "triste\tes\tmood\t-0.75\t-0.25\tx\nestoy\tes\tword\t0\t0\tx\n"
    "muy\tes\tword\t0\t0\tx\nde fiesta\tes\tmood\t0.5\t0.75\tx\n"
    "the\ten\tword\t0\t0\tx\n";

/* A class' Gaussian around its place, of variance .25. */
static double at(double v, double a, double v1, double a1)
{
	return exp(-2 * ((v - v1) * (v - v1) + (a - a1) * (a - a1)));
}

static void test_foreign(void **state)
{
	struct fixture f;
	struct emotion e;
	struct emotion_request q;
	struct emotion_text texts[2] = { { SPAN("estoy triste"), 1 },
					 { SPAN("happy happy happy"), 1 } };
	struct err err = { 0 };
	struct foreign *foreign =
	    foreign_parse(span_of(foreign_table), "t", &err);
	double s = 0.02, sum, sad;

	(void)state;
	assert_non_null(foreign);
	open_with(&f, NULL);
	emotion_close(f.reader);
	f.reader = emotion_open(f.pack, foreign, NULL, &err);
	assert_non_null(f.reader);
	emotion_read(f.reader, f.work, SPAN("Estoy muy TRISTE, miss"), &e);
	sad = at(-.75, -.25, -.63, -.27);
	sum = sad + at(-.75, -.25, .76, .48) + at(-.75, -.25, .87, .54) +
	      at(-.75, -.25, -.51, .59) + at(-.75, -.25, -.64, .6) +
	      at(-.75, -.25, .4, .67) + at(-.75, -.25, 0, 0);
	near(e.probs[EMOTION_SADNESS], (1 - s) * sad / sum);
	near(e.probs[EMOTION_SARCASM], s);
	near(e.valence, -.75);
	near(e.arousal, -.25);
	near(e.confidence, 0.3 * e.probs[EMOTION_SADNESS]);
	assert_string_equal(e.language, "es");
	assert_int_equal(e.nlabels, 0);
	assert_int_equal(e.nwords, 1);
	test_span_is(e.words[0], "TRISTE");
	emotion_read(f.reader, f.work, SPAN("estoy de fiesta"), &e);
	test_span_is(e.words[0], "de fiesta");
	/* a sign and a mood: half of each; the sign's valence is -.5 */
	emotion_read(f.reader, f.work, SPAN("estoy de fiesta :("), &e);
	near(e.valence, 0);
	near(e.arousal, .375);
	assert_int_equal(e.nwords, 2);
	test_span_is(e.words[0], ":(");
	/* a sign alone; neither: neutral, and hardly trusted */
	emotion_read(f.reader, f.work, SPAN("estoy muy :("), &e);
	near(e.valence, -.5);
	near(e.probs[EMOTION_SADNESS],
	     (1 - s) * exp(3) / (exp(3) + 5 + exp(1)));
	emotion_read(f.reader, f.work, SPAN("estoy muy"), &e);
	assert_int_equal(e.top[0], EMOTION_NEUTRAL);
	assert_true(e.confidence <= 0.05);
	emotion_read(f.reader, f.work, SPAN("the the the the triste"), &e);
	assert_null(e.language);
	/* with an English text: the weightier says which language */
	emotion_read_all(f.reader, f.work, texts, 2, &e);
	assert_null(e.language);
	texts[0].weight = 3;
	emotion_read_all(f.reader, f.work, texts, 2, &e);
	assert_string_equal(e.language, "es");
	near(e.valence, (3 * .2 * -.75 + 3. / 11 * .5) / (3 * .2 + 3. / 11));
	/* requests */
	assert_true(emotion_request(f.reader, f.work, SPAN("muy triste"), &q));
	assert_string_equal(q.language, "es");
	near(q.valence, -.75);
	sum = at(-.75, -.25, .5, .5) + at(-.75, -.25, -.5, .5) +
	      at(-.75, -.25, -.5, -.5) + at(-.75, -.25, .5, -.5) +
	      at(-.75, -.25, 0, 0);
	near(q.quadrant[2], at(-.75, -.25, -.5, -.5) / sum);
	near(q.confidence, .3 * q.quadrant[2]);
	assert_true(
	    emotion_request(f.reader, f.work, SPAN("muy muy estoy :("), &q));
	near(q.quadrant[2], exp(3) / (4 + exp(3)));
	close_all(&f);
	foreign_free(foreign);
}

static void test_request(void **state)
{
	struct fixture f;
	struct emotion_request q;

	(void)state;
	open_with(&f, NULL);
	assert_true(emotion_request(f.reader, f.work, SPAN("miss"), &q));
	near(q.quadrant[2], exp(3) / (4 + exp(3)));
	near(q.quadrant[4], 1 / (4 + exp(3)));
	near(q.valence, -1);
	near(q.arousal, -0.5);
	near(q.confidence, q.quadrant[2]);
	/* the head's deviation is 1 */
	near(q.valence_spread, sqrt(0.09 * q.confidence + 1 - q.confidence));
	near(q.arousal_spread, sqrt(0.04 * q.confidence + 1 - q.confidence));
	close_all(&f);
}

static void test_json(void **state)
{
	struct emotion e = {
		.probs = { .5, .25, .1234, .0004, 0, 0, 1, 0 },
		.top = { EMOTION_SADNESS, EMOTION_JOY, EMOTION_LOVE },
		.tops = 2,
		.confidence = .71,
		.labels = { { "grief", .9 }, { "<3", .8 } },
		.nlabels = 2,
		.valence = -.6,
		.arousal = -.0001,
		.dominance = 1,
		.spread = .25,
		.words = { SPAN("my\t\n ex"), SPAN("\"q\"") },
		.nwords = 2,
	};
	struct str out = { 0 };

	(void)state;
	emotion_json(&e, &out);
	assert_string_equal(
	    str_z(&out),
	    "{\"top\":[\"sadness\",\"joy\"],\"confidence\":0.71,\"probs\":{"
	    "\"sadness\":0.5,\"joy\":0.25,\"love\":0.123,\"anger\":0,"
	    "\"fear\":0,\"surprise\":0,\"neutral\":1,\"sarcasm\":0},"
	    "\"labels\":[\"grief\",\"<3\"],\"valence\":-0.6,\"arousal\":0,"
	    "\"dominance\":1,\"spread\":0.25,\"words\":[\"my ex\","
	    "\"\\\"q\\\"\"]}");
	e.tops = 3;
	e.nwords = e.nlabels = 0;
	e.sarcasm_turned = true;
	e.language = "de";
	str_reset(&out);
	emotion_json(&e, &out);
	assert_non_null(strstr(str_z(&out), "[\"sadness\",\"joy\",\"love\"]"));
	assert_non_null(strstr(str_z(&out), "\"words\":[],\"sarcasm_turned\":"
					    "true,\"language\":\"de\"}"));
	str_release(&out);
}

static void test_rank(void **state)
{
	static const struct {
		double probs[EMOTION_CLASSES];
		size_t tops;
	} cases[] = {
		/* sadness joy love anger fear surprise neutral sarcasm */
		{ { .4, .2, 0, .3, 0, 0, .1, 0 }, 3 },
		{ { .4, .14, .03, .3, 0, 0, .13, 0 }, 2 }, /* joy too weak */
		{ { .4, 0, 0, .3, .2, 0, .1, 0 }, 2 },     /* of one mind */
		{ { .3, 0, .4, 0, 0, .2, .1, 0 }, 3 },
		{ { .09, 0, .8, .08, 0, 0, .03, 0 },
		  2 }, /* love, that is all */
		{ { 0, .4, 0, 0, 0, 0, .2, .4 }, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct emotion e = { .tops = 0 };

		memcpy(e.probs, cases[i].probs, sizeof(e.probs));
		emotion_rank(&e);
		assert_int_equal(e.tops, cases[i].tops);
	}
}

/* Parts given: which phrases are taken, and in what order. */
static void test_phrases(void **state)
{
	static const char text[] = "I really, really MISS my ex so much and "
				   "miss Bob";
	float parts[UTTERANCE_TOKENS] = { 0.1F, 0.2F, 9,    0.2F, 2,    1,
					  1.5F, 0.9F, 1.2F, 0.1F, 0.3F, -1 };
	struct emotion_phrases best = { .count = 0 };
	struct utterance u = { .count = 0 };
	struct emotion e = { .nwords = 0 };

	(void)state;
	utterance_read(&u, span_of(text));
	assert_int_equal(u.count, 12);
	emotion_offer_parts(&best, span_of(text), &u, parts, 1);
	emotion_keep_phrases(&best, &e);
	/* from MISS (2) on to the right: 1, 1.5, .9 below 1 ends it */
	assert_int_equal(e.nwords, 2);
	test_span_is(e.words[0], "MISS my ex");
	/* much with so: .9 >= .6; the rest below a fifth of what MISS adds */
	test_span_is(e.words[1], "so much");
	/* the same words count once, the stronger place is theirs */
	emotion_offer(&best, SPAN("So Much"), 9);
	emotion_offer(&best, SPAN("miss my ex"), 1);
	emotion_offer(&best, SPAN("none"), 0);
	emotion_keep_phrases(&best, &e);
	assert_int_equal(e.nwords, 2);
	test_span_is(e.words[0], "So Much");
	test_span_is(e.words[1], "MISS my ex");
	for (int i = 0; i < 6; i++)
		emotion_offer(&best, span_of(&"abcdef"[i]), 10 + i % 3);
	emotion_keep_phrases(&best, &e);
	assert_int_equal(e.nwords, 5);
	test_span_is(e.words[0], "cdef");
	test_span_is(e.words[1], "f");
	test_span_is(e.words[2], "bcdef");
	utterance_release(&u);
}

static void test_fields(void **state)
{
	struct emotionfields f = { .count = 0 };
	struct emotionfields_texts t = { .count = 0 };
	struct record r = { .count = 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
	    emotionfields_parse(&f, SPAN("title, description,tags,x"), &err),
	    0);
	assert_int_equal(
	    record_parse(&r,
			 SPAN("{\"title\":\" Rain \",\"tags\":[\"sad\",\"a b\"]"
			      ",\"imputed\":{\"description\":{\"value\":\"d\","
			      "\"confidence\":0.5}},\"x\":\"y\"}"),
			 &err),
	    0);
	emotionfields_read(&f, &r, &t);
	assert_int_equal(t.count, 4);
	test_span_is(t.texts[0].text, "Rain");
	near(t.texts[0].weight, 1);
	test_span_is(t.texts[1].text, "d");
	near(t.texts[1].weight, 0.4);
	test_span_is(t.texts[2].text, "sad,a b");
	near(t.texts[2].weight, 1.2);
	test_span_is(t.texts[3].text, "y");
	emotionfields_release(&f);
	assert_int_equal(emotionfields_parse(&f, SPAN("a,,b"), &err), -1);
	assert_status(&err, ERR_USAGE);
	emotionfields_release(&f);
	assert_int_equal(emotionfields_parse(&f, SPAN("a,b,a"), &err), -1);
	emotionfields_release(&f);
	assert_int_equal(emotionfields_parse(&f, SPAN(""), &err), -1);
	emotionfields_release(&f);
	emotionfields_texts_release(&t);
	record_release(&r);
}

static void refuse(const char *heads, const struct emotion_options *o,
		   enum err_status status, const char *why)
{
	char *path = test_path("bad.pack");
	struct err err = { 0 };
	struct pack *p;

	assert_int_equal(emotionpack_write(path, heads, &err), 0);
	p = pack_open(path, TEXTNET_KIND, TEXTNET_VERSION, &err);
	assert_non_null(p);
	assert_null(emotion_open(p, NULL, o, &err));
	assert_status(&err, status);
	if (!strstr(err.message, why))
		fail_msg("\"%s\" does not say \"%s\"", err.message, why);
	pack_close(p);
	unlink(path);
	free(path);
}

/* The heads with one word replaced by another of the same length. */
static void refuse_with(const char *old, const char *new, const char *why)
{
	char *heads = mem_strdup(emotionpack_heads), *at = strstr(heads, old);

	assert_non_null(at);
	assert_int_equal(strlen(old), strlen(new));
	memcpy(at, new, strlen(new));
	refuse(heads, NULL, ERR_DATA, why);
	free(heads);
}

static void test_refused(void **state)
{
	struct emotion_options o = emotion_defaults;

	(void)state;
	refuse_with("\"classes\"", "\"clasess\"", "head \"classes\"");
	refuse_with("\"goemotions\"", "\"goemotionz\"", "\"goemotions\"");
	refuse_with("\"vad\"", "\"vat\"", "\"vad\"");
	refuse_with("\"name\":\"sarcasm\"", "\"name\":\"sarcazm\"",
		    "\"sarcasm\"");
	refuse_with("\"anger\"", "\"angry\"", "lacks \"anger\"");
	refuse_with("\"dominance\"", "\"dominanze\"", "\"dominance\"");
	refuse_with("\"share\":[0.2]", "\"share\":[0.0]", "share of sarcasm");
	refuse_with("\"deviation\":[0.5,0.4,", "\"deviation\":[0.5,0.0,",
		    "arousal");
	o.sarcasm_prior = 0;
	refuse(NULL, &o, ERR_USAGE, "prior");
	o = emotion_defaults;
	o.sarcasm_turns = 1.5;
	refuse(NULL, &o, ERR_USAGE, "turns");
	o.sarcasm_turns = NAN;
	refuse(NULL, &o, ERR_USAGE, "turns");
}

/* Whatever a damaged model says, answers are numbers, and reading ends. */
static void read_damaged(const char *path)
{
	static const char *const texts[] = { "i miss my ex", "happy yeah!",
					     "\xf0\x9f\x98\xad :(", "" };
	struct err err = { 0 };
	struct pack *p = pack_open(path, TEXTNET_KIND, TEXTNET_VERSION, &err);
	struct emotion_reader *r = p ? emotion_open(p, NULL, NULL, &err) : NULL;
	struct emotion_work *w = r ? emotion_work_new(r) : NULL;
	struct emotion_request q;
	struct emotion e;

	if (!r)
		assert_true(err.status == ERR_DATA && *err.message);
	for (size_t i = 0; r && i < sizeof(texts) / sizeof(*texts); i++) {
		double sum = 0;

		emotion_read(r, w, span_of(texts[i]), &e);
		for (int k = 0; k < EMOTION_CLASSES; k++)
			sum += e.probs[k];
		near(sum, 1);
		assert_true(fabs(e.valence) <= 1 && fabs(e.arousal) <= 1 &&
			    fabs(e.dominance) <= 1);
		assert_true(e.confidence >= 0 && e.confidence <= 1);
		assert_true(e.spread >= 0);
		if (emotion_request(r, w, span_of(texts[i]), &q))
			assert_true(fabs(q.valence) <= 1 &&
				    q.confidence <= 1.00001);
	}
	emotion_work_free(w);
	emotion_close(r);
	pack_close(p);
}

/* The bytes of sections are not checked on opening: so flip those, and see to
 * every byte of heads and info, and every 3rd of the rest, but for zeros far
 * into a section. */
static void test_damaged(void **state)
{
	static const unsigned char flips[] = { 0x01, 0x80, 0xff };
	char *path = test_path("damaged.pack");
	struct str bytes = { 0 };
	struct err err = { 0 };
	size_t step, tried = 0;

	(void)state;
	assert_int_equal(emotionpack_write(path, NULL, &err), 0);
	test_load(path, &bytes);
	for (size_t i = 4096; i < bytes.n; i += step) {
		char old = bytes.p[i];

		step = i < 3 * 4096 ? 1 : 3;
		if (!old && i % 4096 >= 128 && i % 64)
			continue; /* mostly padding */
		for (size_t k = 0; k < sizeof(flips); k++) {
			bytes.p[i] = (char)(old ^ flips[k]);
			test_save(path, bytes.p, bytes.n);
			read_damaged(path);
			tried++;
		}
		bytes.p[i] = old;
	}
	assert_true(tried > 1000);
	for (size_t n = 0; n < bytes.n; n += 997) {
		test_save(path, bytes.p, n);
		read_damaged(path);
	}
	str_release(&bytes);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_word),
		cmocka_unit_test(test_conflict),
		cmocka_unit_test(test_sarcasm),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_rank),
		cmocka_unit_test(test_phrases),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
