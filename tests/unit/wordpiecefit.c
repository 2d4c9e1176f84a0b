/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vocabularies of small texts against counting by hand and against an O(n^2)
 * fit; masks over what such a vocabulary cuts. */
#include "testing.h"

#include <math.h>

#include "encoder/maskwords.h"
#include "encoder/wordpiecefit.h"

static struct tokenizer *fit(const char *const *texts, size_t n, size_t size,
			     uint64_t occurrence)
{
	struct wordpiecefit_options o = wordpiecefit_defaults;
	struct span *spans = mem_alloc(n * sizeof(*spans));
	struct str json = { 0 };
	struct err err = { 0 };
	struct tokenizer *t;
	char *path = test_path("tokenizer.json");

	o.size = size;
	o.occurrence = occurrence;
	for (size_t i = 0; i < n; i++)
		spans[i] = span_of(texts[i]);
	if (wordpiecefit(spans, n, &o, &json, &err))
		fail_msg("%s", err.message);
	test_save(path, json.p, json.n);
	t = tokenizer_open(path, &err);
	if (!t)
		fail_msg("%s", err.message);
	unlink(path);
	free(path);
	free(spans);
	str_release(&json);
	return t;
}

static void pieces_are(const struct tokenizer *t, const char *text,
		       const char *want)
{
	struct tokenizer_work *w = tokenizer_work_new(t);
	struct subwords tokens = { 0 };
	struct str got = { 0 };

	tokenizer_encode(t, w, span_of(text), &tokens);
	for (size_t i = 0; i < tokens.count; i++) {
		str_puts(&got, i ? " " : "");
		str_span(&got, tokenizer_spelling(t, tokens.items[i].id));
	}
	assert_string_equal(str_z(&got), want);
	str_release(&got);
	free(tokens.items);
	tokenizer_work_free(w);
}

static void test_pairs(void **state)
{
	/* ab 5 times, abc 3: the first pair is a+b (8), then ab+c (3) */
	const char *const texts[] = { "ab ab AB, ab", "\xc3\xa1"
						      "b abc abc abc" };
	const char *const turned[] = { texts[1], texts[0] };
	struct tokenizer *t = fit(texts, 2, 100, 2), *u;

	(void)state;
	/* specials; comma is met once: not kept; a ##b ##c; ab, abc */
	assert_int_equal(tokenizer_size(t), 5 + 3 + 2);
	assert_int_equal(tokenizer_id(t, SPAN("[PAD]")), 0);
	assert_int_equal(tokenizer_id(t, SPAN("[MASK]")), 4);
	assert_true(tokenizer_id(t, SPAN("ab")) == 8);
	assert_true(tokenizer_id(t, SPAN("abc")) == 9);
	pieces_are(t, "abcb AB a", "abc ##b ab a");
	pieces_are(t, "b", "[UNK]");
	u = fit(turned, 2, 100, 2);
	for (int32_t i = 0; i < 10; i++)
		assert_true(span_eq(tokenizer_spelling(t, i),
				    tokenizer_spelling(u, i)));
	tokenizer_free(u);
	u = fit(texts, 2, 9, 2);
	assert_int_equal(tokenizer_size(u), 9);
	assert_true(tokenizer_id(u, SPAN("abc")) < 0);
	tokenizer_free(u);
	u = fit(texts, 2, 100, 4); /* c is met three times only */
	assert_int_equal(tokenizer_size(u), 5 + 2 + 1);
	tokenizer_free(u);
	tokenizer_free(t);
}

/* Runs of one character: pairs overlap. */
static void test_runs(void **state)
{
	const char *const texts[] = { "aaaa aaaa aaaaa" };
	struct tokenizer *t = fit(texts, 1, 100, 2);

	(void)state;
	/* a+##a is met 3 times, ##a+##a 2+2+3 = 7: ##aa; then a ##aa ##a
	 * (2) and a ##aa ##aa (1): a+##aa (3): aaa; then aaa+##a (2) */
	assert_true(tokenizer_id(t, SPAN("##aa")) == 7);
	assert_true(tokenizer_id(t, SPAN("aaa")) == 8);
	assert_true(tokenizer_id(t, SPAN("aaaa")) == 9);
	assert_int_equal(tokenizer_size(t), 10);
	tokenizer_free(t);
}

static void test_refused(void **state)
{
	struct wordpiecefit_options o = wordpiecefit_defaults;
	struct span texts[] = { SPAN("some words of some kind"), SPAN("") };
	struct str json = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(wordpiecefit(texts + 1, 1, &o, &json, &err), -1);
	assert_int_equal(err.status, ERR_DATA);
	o.size = 8;
	assert_int_equal(wordpiecefit(texts, 1, &o, &json, &err), -1);
	assert_non_null(strstr(err.message, "characters"));
	str_release(&json);
}

struct masked {
	struct subwords tokens;
	size_t places[64], count;
	int32_t was[64];
};

static void mask(const struct tokenizer *t, const char *text, double share,
		 bool whole, uint64_t seed, struct masked *m)
{
	struct tokenizer_work *w = tokenizer_work_new(t);
	struct subwords plain = { 0 };
	struct maskwords words;
	struct random r;
	struct err err = { 0 };

	random_seed(&r, seed, 0);
	m->tokens = (struct subwords){ 0 };
	tokenizer_encode(t, w, span_of(text), &plain);
	tokenizer_finish(t, (struct subword_slice){ plain.items, plain.count },
			 NULL, &m->tokens);
	assert_int_equal(maskwords_init(&words, t, share, whole, &err), 0);
	m->count = maskwords_apply(&words, &r, m->tokens.items, m->tokens.count,
				   100, m->places, m->was);
	maskwords_release(&words);
	free(plain.items);
	tokenizer_work_free(w);
}

static void test_masks(void **state)
{
	const char *const texts[] = { "ab ab abc abc cab cab bca bca" };
	const char *text = "cba abc cab bca bbb ccc ab ba acb";
	struct tokenizer *t = fit(texts, 1, 14, 2);
	int32_t masked = tokenizer_id(t, SPAN("[MASK]"));
	size_t all = 0, stays = 0, masks = 0;
	struct masked m, same;

	(void)state;
	for (uint64_t seed = 0; seed < 400; seed++) {
		bool whole = seed % 2;

		mask(t, text, 0.3, whole, seed, &m);
		mask(t, text, 0.3, whole, seed, &same);
		assert_int_equal(m.count, same.count);
		for (size_t i = 0; i < m.count; i++) {
			int32_t id = m.tokens.items[m.places[i] - 100].id;

			assert_int_equal(
			    id, same.tokens.items[m.places[i] - 100].id);
			assert_true(m.places[i] > 100 &&
				    m.places[i] < 100 + m.tokens.count - 1);
			assert_true(!i || m.places[i] > m.places[i - 1]);
			masks += id == masked;
			stays += id == m.was[i];
		}
		all += m.count;
		assert_true(m.count >= 0.3 * ((double)m.tokens.count - 2) - 1);
		free(m.tokens.items);
		free(same.tokens.items);
	}
	assert_true(masks > 0.75 * (double)all && masks < 0.85 * (double)all);
	assert_true(stays > 0.07 * (double)all && stays < 0.16 * (double)all);
	mask(t, "ab", 0.01, false, 1, &m); /* one at least */
	assert_int_equal(m.count, 1);
	free(m.tokens.items);
	mask(t, "", 0.5, false, 1, &m); /* only special tokens */
	assert_int_equal(m.count, 0);
	free(m.tokens.items);
	tokenizer_free(t);
}

/* Whole words: no piece of a word is masked without the others. */
static void test_whole(void **state)
{
	const char *const texts[] = { "xy xy xy zw zw" };
	struct tokenizer *t = fit(texts, 1, 9, 2); /* no pair joined */
	struct masked m;

	(void)state;
	pieces_are(t, "xy zw", "x ##y z ##w");
	for (uint64_t seed = 0; seed < 50; seed++) {
		mask(t, "xy zw xy", 0.2, true, seed, &m);
		assert_int_equal(m.count, 2);
		assert_int_equal(m.places[1], m.places[0] + 1);
		assert_int_equal(m.places[0] % 2, 1);
		free(m.tokens.items);
	}
	tokenizer_free(t);
}

static void test_loss(void **state)
{
	float z[] = { 1, 2, 0.5F, -1, 0, 3 }, keep[6];
	int32_t was[] = { 1, 0 };
	size_t hits = 0;
	double loss, want = 0;

	(void)state;
	memcpy(keep, z, sizeof(z));
	loss = maskwords_loss(z, was, 2, 3, &hits);
	for (int i = 0; i < 2; i++) {
		double sum = 0;

		for (int k = 0; k < 3; k++)
			sum += exp((double)keep[i * 3 + k]);
		want += log(sum) - (double)keep[i * 3 + was[i]];
		for (int k = 0; k < 3; k++)
			assert_true(fabs((double)z[i * 3 + k] -
					 (exp((double)keep[i * 3 + k]) / sum -
					  (k == was[i]))) < 1e-6);
	}
	assert_true(fabs(loss - want) < 1e-5);
	assert_int_equal(hits, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),   cmocka_unit_test(test_runs),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_masks),
		cmocka_unit_test(test_whole),   cmocka_unit_test(test_loss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
