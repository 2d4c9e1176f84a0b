/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vocabularies counted slowly; grams and tokens by number; cues scaled. */
#include "textfixture.h"

#include "learn/textnetformat.h"

static const char heads_json[] =
    "[{\"name\":\"f\",\"kind\":\"labels\",\"labels\":[\"f\"]}]";
#define SOURCE(more)                                                           \
	"\"header\":false,\"delimiter\":\"\\t\",\"text\":1," more              \
	"\"targets\":[{\"head\":\"f\",\"columns\":[2],\"flag\":true}]"

static struct textheads heads;

static void test_vocabulary(void **state)
{
	struct textcues cues = textfixture_parse(textfixture_cues);
	struct textdata_options o = textdata_defaults;
	struct labelled l = { 0 };
	struct textdata d;
	struct utterance u = { 0 };
	struct textgrams g = { 0 };
	size_t known = 0;

	(void)state;
	/* "ab" in 3 texts (twice in one), "cd" in 2, "ef" in 1 */
	textfixture_texts(&l, &heads, "ab cd ab\t1\nab\t0\ncd ab ef\t1\n",
			  SOURCE(""));
	o.wide_words = 3;
	o.wide_characters = 1000;
	o.deep_words = 2;
	o.deep_pairs = 2;
	o.deep_characters = 1000;
	textdata_make(&d, &l, &cues, &o);
	utterance_read(&u, SPAN("ab"));
	textgrams_read(&g, &u, NULL);
	assert_int_equal(d.wide.count, 1);
	assert_true(d.wide.hash[0] == g.word[0]);
	/* ln(1 + 3 / 3) in sixteenths: 11 */
	assert_true(d.wide.rarity[0] == 11 / 16.F);
	/* words ab, cd; pairs <s> ab, cd ab */
	assert_int_equal(d.deep.count, 4);
	assert_int_equal(d.token_count, 7);
	assert_int_equal(d.texts[1].tokens, 3);
	assert_int_equal(d.texts[1].token_count, 1);
	assert_true(d.word[0] == d.word[2] && d.word[0] == d.word[3]);
	assert_true(d.word[6] == TEXTDATA_NONE);
	assert_true(d.pair[2] == d.pair[5] && d.pair[2] != TEXTDATA_NONE);
	assert_true(d.pair[1] == TEXTDATA_NONE);
	assert_int_equal(d.inner_count, 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(d.texts[i].gram_count, 1);
		assert_int_equal(d.gram[d.texts[i].grams], 0);
		/* the only known gram of its group has the group's norm */
		assert_true(fabsf(d.weight[d.texts[i].grams] - 1) < 1e-6F);
		known += d.texts[i].gram_count;
	}
	assert_int_equal(d.gram_count, known);
	textdata_release(&d);
	labelled_release(&l);
	textgrams_release(&g);
	utterance_release(&u);
	textfixture_free(&cues);
}

/* A text that counts for many: rarities stay those that a model can keep. */
static void test_counts(void **state)
{
	struct textcues cues = textfixture_parse("");
	struct textdata_options o = textdata_defaults;
	struct labelled l = { 0 };
	struct textdata d;

	(void)state;
	textfixture_texts(&l, &heads, "ab\t1\n", SOURCE("\"count\":1000,"));
	textfixture_texts(&l, &heads, "xy\t1\n", SOURCE("\"count\":0,"));
	textdata_make(&d, &l, &cues, &o);
	assert_true(d.wide.count > 0);
	for (size_t i = 0; i < d.wide.count; i++)
		assert_true(d.wide.rarity[i] == 1 / 16.F);
	assert_true(d.word[0] != TEXTDATA_NONE);
	assert_true(d.word[1] == TEXTDATA_NONE);
	assert_int_equal(d.texts[1].gram_count, 0);
	textdata_release(&d);
	labelled_release(&l);
	textfixture_free(&cues);
}

/* Grams of a group share its norm by rarity, repeated ones by 1 + ln count. */
static void test_weigh(void **state)
{
	static const float group[] = { 2, 1, .5F };
	const struct textgram grams[] = {
		{ .count = 1, .group = 0 }, { .count = 3, .group = 0 },
		{ .count = 1, .group = 1 }, { .count = 9, .group = 1 },
		{ .count = 1, .group = 2 },
	};
	const float rarity[] = { 3, 1, 2, 0, 7 };
	const double third = 1 + log(3), all = sqrt(9 + third * third);
	const double want[] = { 2 * 3 / all, 2 * third / all, 1, 0, .5 };
	float weight[5];

	(void)state;
	textnet_weigh(grams, 5, rarity, group, weight);
	for (int i = 0; i < 5; i++)
		assert_true(fabs((double)weight[i] - want[i]) < 1e-5);
}

static void test_cues(void **state)
{
	struct textcues cues = textfixture_parse(textfixture_cues);
	struct labelled l = { 0 };
	struct textdata d;
	double far = 0;

	(void)state;
	textfixture_texts(
	    &l, &heads, "good!\t1\nbad\t0\nso sad\t1\ni love you\t1\nwhy?\t0\n",
	    SOURCE(""));
	textdata_make(&d, &l, &cues, &textdata_defaults);
	for (size_t k = 0; k < TEXTCUES; k++) {
		double sum = 0, squares = 0;

		for (size_t i = 0; i < l.count; i++) {
			double v = (double)d.texts[i].cues[k];

			sum += v;
			squares += v * v;
			far = fmax(far, fabs(v));
		}
		assert_true(fabs(sum) < 1e-4);
		/* deviation 1, or a cue that never varies: 0 */
		assert_true(d.cue_rate[k] == 0 ? squares == 0
					       : fabs(squares / 5 - 1) < 1e-4);
	}
	assert_true(far <= 4);
	textdata_release(&d);
	labelled_release(&l);
	textfixture_free(&cues);
}

static void test_empty(void **state)
{
	struct textcues cues = textfixture_parse("");
	struct labelled l = { 0 };
	struct textdata d;

	(void)state;
	l.columns = 1;
	textdata_make(&d, &l, &cues, &textdata_defaults);
	assert_int_equal(d.wide.count + d.deep.count + d.token_count, 0);
	textdata_release(&d);
	/* texts of no token */
	textfixture_texts(&l, &heads, "\xcc\x81\t1\n\xe2\x80\x8f\t0\n",
			  SOURCE(""));
	textdata_make(&d, &l, &cues, &textdata_defaults);
	assert_int_equal(d.texts[1].token_count, 0);
	textdata_release(&d);
	labelled_release(&l);
	textfixture_free(&cues);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vocabulary),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_weigh),
		cmocka_unit_test(test_cues),
		cmocka_unit_test(test_empty),
	};

	textfixture_heads(&heads, heads_json);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
