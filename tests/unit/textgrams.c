/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counted grams against a slow count of the same, by their tokens. */
#include "textfixture.h"

static const struct textgram *find(const struct textgrams *g, uint64_t hash)
{
	for (size_t i = 0; i < g->count; i++)
		if (g->items[i].hash == hash)
			return &g->items[i];
	return NULL;
}

static size_t total(const struct textgrams *g, enum textgram_group group)
{
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++)
		if (g->items[i].group == group)
			n += g->items[i].count;
	return n;
}

static void test_counts(void **state)
{
	struct utterance u = { 0 };
	struct textgrams g = { 0 };
	const struct textgram *t;

	(void)state;
	utterance_read(&u, SPAN("ab cd ab cd"));
	textgrams_read(&g, &u, NULL);
	/* words and pairs 4 each, triples 3, first, last, last pair */
	assert_int_equal(total(&g, TEXTGRAM_WORDS), 4 + 4 + 3 + 3);
	/* " ab ": 2-grams 3, 3-grams 2, 4-gram 1; four words of it */
	assert_int_equal(total(&g, TEXTGRAM_CHARACTERS), 4 * 6);
	assert_int_equal(g.inner_start[1] - g.inner_start[0], 3);
	assert_int_equal(g.inner_start[4], 12);
	assert_true(g.word[0] == g.word[2] && g.word[0] != g.word[1]);
	assert_true(g.pair[1] == g.pair[3] && g.pair[0] != g.pair[2]);
	t = find(&g, g.word[0]);
	assert_non_null(t);
	assert_int_equal(t->count, 2);
	assert_int_equal(t->first, 0);
	assert_int_equal(t->last, 0);
	t = find(&g, g.pair[1]);
	assert_int_equal(t->count, 2);
	assert_int_equal(t->first, 0);
	assert_int_equal(t->last, 1);
	assert_int_equal(g.inner_start[0], 0);
	for (size_t i = 0; i < g.inner_start[4]; i++) {
		t = find(&g, g.inner[i]);
		assert_non_null(t);
		assert_int_equal(t->group, TEXTGRAM_CHARACTERS);
		assert_int_equal(t->count, 2);
	}
	/* stress and negation add grams of their own */
	utterance_read(&u, SPAN("NOO"));
	textgrams_read(&g, &u, NULL);
	assert_int_equal(total(&g, TEXTGRAM_WORDS), 5 + 1);
	utterance_read(&u, SPAN(""));
	textgrams_read(&g, &u, NULL);
	assert_int_equal(g.count, 0);
	textgrams_release(&g);
	utterance_release(&u);
}

static void test_unicode(void **state)
{
	struct utterance u = { 0 };
	struct textgrams g = { 0 };

	(void)state;
	/* " bb ", 6 bytes: no gram begins inside a character */
	utterance_read(&u, SPAN("\xd7\x91\xd7\x91"));
	textgrams_read(&g, &u, NULL);
	assert_int_equal(total(&g, TEXTGRAM_CHARACTERS), 4 + 4 + 2);
	textgrams_release(&g);
	utterance_release(&u);
}

/* A gram is met once, and all occurrences are counted; labels are apart. */
static void test_most(void **state)
{
	struct textcues cues = textfixture_parse(textfixture_cues);
	struct textcues_found found;
	struct utterance u = { 0 };
	struct textgrams g = { 0 }, again = { 0 };
	struct str text = { 0 };
	uint64_t seed = 1;
	size_t expected = 0;

	(void)state;
	for (int i = 0; i < UTTERANCE_TOKENS; i++) {
		for (int k = 0; k < 39; k++)
			str_putc(&text, (char)('a' + rng_below(&seed, 26)));
		str_puts(&text, i % 3 ? " " : " LOVE ");
	}
	utterance_read(&u, span_str(&text));
	textcues_read(&cues, &u, &found);
	textgrams_read(&g, &u, &found);
	assert_int_equal(u.count, UTTERANCE_TOKENS);
	for (size_t i = 0; i < u.count; i++)
		for (size_t l = 2; l <= 5; l++)
			expected += u.tokens[i].text.n + 3 - l;
	assert_int_equal(total(&g, TEXTGRAM_CHARACTERS), expected);
	assert_int_equal(total(&g, TEXTGRAM_CUES), found.count);
	for (size_t i = 0; i < g.count; i++)
		assert_ptr_equal(find(&g, g.items[i].hash), &g.items[i]);
	/* a used reader says the same as a new one */
	textgrams_read(&again, &u, &found);
	textgrams_read(&g, &u, &found);
	assert_int_equal(g.count, again.count);
	for (size_t i = 0; i < g.count; i++)
		assert_true(g.items[i].hash == again.items[i].hash &&
			    g.items[i].count == again.items[i].count &&
			    g.items[i].last == again.items[i].last);
	str_release(&text);
	textgrams_release(&g);
	textgrams_release(&again);
	utterance_release(&u);
	textfixture_free(&cues);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_unicode),
		cmocka_unit_test(test_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
