/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of VADER by hand; the other lists; tables that are none. */
#include "textfixture.h"

#include "learn/textcues.h"

static float cue(const struct textcues *t, const char *text, const char *name)
{
	struct utterance u = { 0 };
	struct textcues_found found;

	utterance_read(&u, span_of(text));
	textcues_read(t, &u, &found);
	utterance_release(&u);
	for (size_t i = 0; i < TEXTCUES; i++)
		if (!strcmp(textcues_name(i), name))
			return found.value[i];
	fail_msg("no cue %s", name);
	return 0;
}

static void check(const struct textcues *t, const char *text, const char *name,
		  double want)
{
	double got = (double)cue(t, text, name);

	if (!(fabs(got - want) < 1e-4))
		fail_msg("\"%s\": %s %.5f, wanted %.5f", text, name, got, want);
}

static double compound(double sum)
{
	return sum / sqrt(sum * sum + 15);
}

static void test_vader(void **state)
{
	struct textcues t = textfixture_parse(textfixture_cues);

	(void)state;
	check(&t, "", "vader.compound", 0);
	check(&t, "good", "vader.compound", compound(1.9));
	check(&t, "bad", "vader.compound", compound(-2.5));
	/* boosters, 0.293 beside it and 0.7 of that two words away */
	check(&t, "very good", "vader.compound", compound(1.9 + .293));
	check(&t, "very very good", "vader.compound",
	      compound(1.9 + .293 * 1.7));
	check(&t, "slightly bad", "vader.compound", compound(-2.5 + .293));
	check(&t, "very bad", "vader.compound", compound(-2.5 - .293));
	/* capitals 0.733, negation -0.74 */
	check(&t, "GOOD", "vader.compound", compound(1.9 + .733));
	check(&t, "BAD", "vader.compound", compound(-2.5 - .733));
	check(&t, "not good", "vader.compound", compound(1.9 * -.74));
	check(&t, "not very GOOD", "vader.compound",
	      compound((1.9 + .293 + .733) * -.74));
	check(&t, "not at all any of good", "vader.compound", compound(1.9));
	/* exclamation marks 0.292 each token of them, three at most */
	check(&t, "good!", "vader.compound", compound(1.9 + .292));
	check(&t, "bad!", "vader.compound", compound(-2.5 - .292));
	check(&t, "table!", "vader.compound", 0);
	check(&t, "good! a! b! c! d!", "vader.compound",
	      compound(1.9 + 3 * .292));
	/* but: half before, half as much again after */
	check(&t, "good but bad", "vader.compound",
	      compound(1.9 * .5 - 2.5 * 1.5));
	check(&t, "good but bad but love", "vader.compound",
	      compound((1.9 - 2.5) * .5 + 3.2 * 1.5));
	check(&t, "very ZERO", "vader.compound", 0);
	check(&t, "good but bad", "but.before", 1.9);
	check(&t, "good but bad", "but.after", -2.5);
	check(&t, "good and bad", "but", 0);
	check(&t, "good bad love", "vader.positive", 1.9 + 3.2);
	check(&t, "good bad love", "vader.negative", -2.5);
	check(&t, "good bad love", "vader.highest", 3.2);
	check(&t, "good bad love", "vader.lowest", -2.5);
	check(&t, "good bad love", "vader.first", 1.9);
	check(&t, "good bad love", "vader.last", 3.2);
	check(&t, "good bad love", "vader.both-signs", 1);
	check(&t, "good bad love", "vader.mean", 2.6 / (1 + sqrt(3)));
	textfixture_free(&t);
}

static void test_lists(void **state)
{
	struct textcues t = textfixture_parse(textfixture_cues);

	(void)state;
	check(&t, "good bad love", "afinn.sum", 3);
	check(&t, "not good", "afinn.sum", 3 * -.7);
	check(&t, "good bad love", "afinn.positive", 2);
	check(&t, "good bad", "afinn.negative", 1);
	/* norms: 500 thousandths are one, arousal half of one up */
	check(&t, "good", "valence.mean", 1);
	check(&t, "good", "arousal.mean", .5 + .5);
	check(&t, "not good", "valence.mean", -.6);
	check(&t, "not good", "arousal.mean", 1);
	check(&t, "good bad", "valence.mean", (1 - 1.2) / 2);
	check(&t, "bad good", "valence.highest", 1);
	check(&t, "good bad", "valence.lowest", -1.2);
	check(&t, "good bad", "valence.weighted",
	      (1 * 1.1 - 1.2 * 1.54) / (1.1 + 1.54));
	check(&t, "good x", "norms.share", 1. / 3);
	/* emoji */
	check(&t, "\xf0\x9f\x98\x80", "emoji.joy", .8);
	check(&t, "\xf0\x9f\x98\x80\xf0\x9f\x98\x80", "emoji.trust", .6);
	/* words that name feelings, more so when felt; denied ones apart */
	check(&t, "sad", "feeling.sadness", 1);
	check(&t, "i feel so sad", "feeling.sadness", 1.5);
	check(&t, "i feel a b c d sad", "feeling.sadness", 1);
	check(&t, "not sad", "feeling.sadness", 0);
	check(&t, "not sad", "denied.sadness", 1);
	/* forms that the list leaves out */
	check(&t, "loves", "feeling.love", 1);
	check(&t, "loved loving lovely", "feeling.love", 3);
	check(&t, "happier happiest happily", "feeling.joy", 3);
	check(&t, "sadder", "feeling.sadness", 1);
	check(&t, "tables tabled", "norms.share", 2. / 3);
	check(&t, "goods as is", "norms.share", 1. / 4);
	textfixture_free(&t);
}

static void test_writing(void **state)
{
	struct textcues t = textfixture_parse(textfixture_cues);

	(void)state;
	check(&t, "what? no!", "marks.questions", 1);
	check(&t, "what? no!", "marks.exclaims", 1);
	check(&t, "what? no!", "begins.asking", 1);
	check(&t, "what? no!", "marks.ends-asking", 0);
	check(&t, "no, what?!", "marks.ends-asking", 1);
	check(&t, "well... yes", "marks.dots", 1);
	check(&t, "well. yes", "marks.dots", 0);
	check(&t, "I AM so SAD", "stress.shouted", 2. / 5);
	check(&t, "sooo noo", "stress.stretched", 1);
	check(&t, "i love my table", "speaks.self", 2);
	check(&t, "i love my table", "begins.self", 1);
	check(&t, "you and your", "speaks.you", 2);
	check(&t, ":) :( :D <3", "symbols", 4);
	check(&t, ":) :( :D <3", "symbols.glad", 3);
	check(&t, ":) :( :D <3", "symbols.sad", 1);
	check(&t, "a b c", "length", log(4));
	check(&t, "a b c", "short", 1);
	check(&t, "a b c d e", "short", 0);
	check(&t, "http://x.y [NAME]", "links", 1);
	check(&t, "http://x.y [NAME]", "stand-ins", 1);
	textfixture_free(&t);
}

static void test_counts(void **state)
{
	struct textcues t = textfixture_parse(textfixture_cues);
	struct utterance u = { 0 };
	struct textcues_found found;
	struct str text = { 0 };

	(void)state;
	utterance_read(&u, SPAN("good unheard, table!"));
	textcues_read(&t, &u, &found);
	assert_int_equal(found.words, 3);
	assert_int_equal(found.listed, 2);
	/* good: vader, afinn, norm, glad; table: norm alone */
	assert_int_equal(found.count, 5);
	assert_int_equal(found.labels[0].token, 0);
	assert_int_equal(found.labels[4].token, 3);
	/* as many labels as an utterance can have */
	for (int i = 0; i < 100; i++)
		str_puts(&text, "love ");
	utterance_read(&u, span_str(&text));
	textcues_read(&t, &u, &found);
	assert_int_equal(found.count, UTTERANCE_TOKENS * TEXTCUES_LABELS);
	str_release(&text);
	utterance_release(&u);
	textfixture_free(&t);
}

static void refused(const char *tsv, const char *why)
{
	struct textcues t = { 0 };
	struct err err = { 0 };

	assert_int_equal(textcues_parse(&t, span_of(tsv), "cues.tsv", &err),
			 -1);
	assert_status(&err, ERR_DATA);
	if (!strstr(err.message, why))
		fail_msg("\"%s\" lacks \"%s\"", err.message, why);
}

#define NINE "\t-\t-\t-\t-\t-\t-\t-\t-\t-"
static void test_tables(void **state)
{
	struct textcue rows[2] = { { .hash = 7 }, { .hash = 9 } };
	struct textcues t = textfixture_parse("");
	struct utterance u = { 0 };
	struct textcues_found found;
	struct err err = { 0 };

	(void)state;
	assert_true(cue(&t, "good", "vader.compound") == 0);
	textfixture_free(&t);
	/* "#" in the first line is a comment, elsewhere a word */
	t = textfixture_parse("#\n#\t1\t-\t-\t-" NINE "\t-\n\n");
	assert_true(cue(&t, "#", "vader.positive") == 1);
	textfixture_free(&t);
	refused("a\n", "cues.tsv:1: \"\" where a rating");
	refused("x\ty\n", "\"y\" where a rating");
	refused("\t1\t-\t-\t-" NINE "\t-\n", "without a word");
	refused("a\t31\t-\t-\t-" NINE "\t-\n", "\"31\"");
	refused("a\tnan\t-\t-\t-" NINE "\t-\n", "\"nan\"");
	refused("a\t1\t-\t-\t-" NINE "\tglee\n", "\"glee\"");
	refused("a\t1\t-\t-\t-" NINE "\t-\nb\t1\t-\t-\t-" NINE
		"\t-\na\t2\t-\t-\t-" NINE "\t-\n",
		"cues.tsv:3: a word twice");
	/* rows of a model: whole ones, and no free one is no endless search */
	assert_int_equal(textcues_view(&t, rows, 0, &err), -1);
	assert_int_equal(textcues_view(&t, rows, 33, &err), -1);
	assert_int_equal(textcues_view(&t, rows, sizeof(rows), &err), 0);
	utterance_read(&u, SPAN("loved happiest ladies"));
	textcues_read(&t, &u, &found);
	assert_int_equal(found.listed, 0);
	utterance_release(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vader),   cmocka_unit_test(test_lists),
		cmocka_unit_test(test_writing), cmocka_unit_test(test_counts),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
