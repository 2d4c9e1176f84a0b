/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against a search through all phrases; records by phrase; equal hashes. */
#include "damage.h"

#include "base/hash.h"
#include "text/phrases.h"
#include "text/phraseuses.h"

enum { PHRASES = 200, TEXTS = 400, ALPHABET = 12 };

/* Words with endings, so that stems meet. */
static void random_words(uint64_t *rng, size_t most, struct str *out)
{
	static const char *const stems[ALPHABET] = { "dance", "rain", "night",
						     "walk",  "love", "cry",
						     "run",   "home", "sing",
						     "lose",  "find", "be" };
	static const char *const ends[] = { "", "", "s", "ing" };

	str_reset(out);
	for (size_t n = 1 + rng_below(rng, most); n > 0; n--)
		str_printf(out, "%s%s%s", stems[rng_below(rng, ALPHABET)],
			   ends[rng_below(rng, 4)],
			   n == 1              ? ""
			   : rng_below(rng, 8) ? " "
					       : ", ");
}

struct plain { /* all phrases, to be searched one by one */
	char *exact[PHRASES], *stemmed[PHRASES];
	bool forms[PHRASES];
	size_t words[PHRASES], count;
};

static void build(struct plain *p, struct phrases_builder *b, struct stem *stem)
{
	struct phrasewords w = { 0 };
	struct str text = { 0 };
	uint64_t rng = 5;
	size_t number;

	for (int i = 0; i < PHRASES; i++) {
		bool forms = rng_below(&rng, 3) > 0;

		random_words(&rng, 4, &text);
		phrasewords_read(&w, stem, span_str(&text));
		if (!phrases_add(b, &w, forms, &number)) {
			assert_memory_equal(p->exact[number], w.exact.p,
					    w.exact.n);
			continue;
		}
		assert_int_equal(number, p->count);
		p->exact[number] = mem_dup(w.exact.p, w.exact.n);
		p->stemmed[number] = mem_dup(w.stemmed.p, w.stemmed.n);
		p->forms[number] = forms;
		p->words[number] = w.count;
		p->count++;
	}
	assert_in_range(p->count, PHRASES / 3, PHRASES - 1);
	phrasewords_release(&w);
	str_release(&text);
}

static bool search(const struct plain *p, const struct phrasewords *w, size_t i,
		   size_t *number, size_t *length)
{
	for (size_t n = 8; n > 0; n--) {
		bool whole = i + n <= w->count;

		for (size_t k = 1; whole && k < n; k++)
			whole = w->at[i + k].joined;
		if (!whole)
			continue;
		for (int stems = 0; stems < 2; stems++)
			for (size_t k = 0; k < p->count; k++) {
				struct span s =
				    stems ? phrasewords_stemmed(w, i, n)
					  : phrasewords_exact(w, i, n);

				if ((stems && !p->forms[k]) ||
				    !span_is(s, stems ? p->stemmed[k]
						      : p->exact[k]))
					continue;
				*number = k;
				*length = n;
				return true;
			}
	}
	return false;
}

static void test_find(void **state)
{
	struct plain p = { .count = 0 };
	struct phrases_builder b = { 0 };
	struct stem *stem = stem_new();
	struct phrasewords w = { 0 };
	struct str bytes = { 0 }, text = { 0 };
	struct phrases t = { 0 };
	struct span rest;
	uint64_t rng = 6;
	size_t found = 0;

	(void)state;
	build(&p, &b, stem);
	assert_int_equal(phrases_compile(&b, &bytes, NULL), 0);
	phrases_builder_release(&b);
	rest = span_str(&bytes);
	assert_int_equal(phrases_view(&t, &rest), 0);
	assert_int_equal(rest.n, 0);
	assert_int_equal(t.count, p.count);
	for (int i = 0; i < TEXTS; i++) {
		random_words(&rng, 12, &text);
		phrasewords_read(&w, stem, span_str(&text));
		for (size_t k = 0; k < w.count; k++) {
			size_t number = 0, length = 0, want = 0, words = 0;
			bool hit = search(&p, &w, k, &want, &words);

			assert_int_equal(
			    phrases_find(&t, &w, k, &number, &length), hit);
			assert_int_equal(number, want);
			assert_int_equal(length, words);
			found += hit;
		}
	}
	assert_true(found > TEXTS);
	for (size_t k = 0; k < p.count; k++) {
		size_t number;

		assert_true(phrases_get(&t, span_of(p.exact[k]), &number));
		assert_int_equal(number, k);
		free(p.exact[k]);
		free(p.stemmed[k]);
	}
	assert_false(phrases_get(&t, SPAN("no such"), &(size_t){ 0 }));
	phrasewords_release(&w);
	str_release(&bytes);
	str_release(&text);
	stem_free(stem);
}

static void test_empty(void **state)
{
	struct phrases_builder b = { 0 };
	struct phrases t = { 0 };
	struct str bytes = { 0 };
	struct span rest;
	size_t number;

	(void)state;
	assert_false(phrases_get(&t, SPAN("night"), &number));
	assert_int_equal(phrases_compile(&b, &bytes, NULL), 0);
	rest = span_str(&bytes);
	assert_int_equal(phrases_view(&t, &rest), 0);
	assert_false(phrases_get(&t, SPAN("night"), &number));
	str_release(&bytes);
}

/* hash_mix takes 8 bytes at a step, each step one to one: for any first 8 there
 * are last 8 that lead to a given hash. */
static uint64_t step(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void test_equal_hashes(void **state)
{
	static const uint64_t gold = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t a[2] = { 1, 2 }, b[2] = { 3, 0 };
	struct phraseword at = { .exact_end = sizeof(a) };
	struct phrasewords w = { .at = &at, .count = 1 };
	struct phrases_builder p = { 0 };
	struct str bytes = { 0 };
	struct err err = { 0 };
	size_t number;

	(void)state;
	b[1] = (step(step(sizeof(a) + gold) ^ a[0]) + gold) ^ a[1] ^
	       (step(step(sizeof(b) + gold) ^ b[0]) + gold);
	assert_true(hash_mix(a, sizeof(a)) == hash_mix(b, sizeof(b)));
	w.exact = (struct str){ (char *)a, sizeof(a), sizeof(a) };
	assert_true(phrases_add(&p, &w, false, &number));
	assert_int_equal(phrases_compile(&p, &bytes, &err), 0);
	w.exact.p = (char *)b;
	assert_true(phrases_add(&p, &w, false, &number));
	str_reset(&bytes);
	assert_int_equal(phrases_compile(&p, &bytes, &err), -1);
	assert_status(&err, ERR_DATA);
	assert_non_null(strstr(err.message, "hash"));
	phrases_builder_release(&p);
	str_release(&bytes);
}

static void test_long(void **state)
{
	struct phrases_builder b = { 0 };
	struct phrasewords w = { 0 };
	struct str text = { 0 }, bytes = { 0 };
	struct err err = { 0 };
	size_t number;

	(void)state;
	for (int i = 0; i < PHRASES_LONGEST; i++)
		str_puts(&text, "la ");
	phrasewords_read(&w, NULL, span_str(&text));
	phrases_add(&b, &w, false, &number);
	assert_int_equal(phrases_compile(&b, &bytes, &err), 0);
	str_puts(&text, "la");
	phrasewords_read(&w, NULL, span_str(&text));
	phrases_add(&b, &w, false, &number);
	assert_int_equal(phrases_compile(&b, &bytes, &err), -1);
	assert_status(&err, ERR_DATA);
	phrases_builder_release(&b);
	phrasewords_release(&w);
	str_release(&text);
	str_release(&bytes);
}

static void test_uses(void **state)
{
	struct phraseuses_builder b = { .size = sizeof(uint32_t) };
	struct str bytes = { 0 };
	struct phraseuses u;
	struct span rest;
	size_t n;

	(void)state;
	/* phrase i has the records 10 i + k, k < i; of 0 there are none */
	for (uint32_t k = 0; k < 5; k++)
		for (uint32_t i = k + 1; i < 5; i++)
			phraseuses_add(&b, i, &(uint32_t){ 10 * i + k });
	phraseuses_compile(&b, &bytes);
	rest = span_str(&bytes);
	assert_int_equal(phraseuses_view(&u, b.size, 5, &rest), 0);
	assert_int_equal(rest.n, 0);
	for (uint32_t i = 0; i < 5; i++) {
		const uint32_t *r = phraseuses_of(&u, b.size, i, 8, &n);
		const uint32_t *other;
		uint32_t at = 0, sum = 0, listed = 0;

		assert_int_equal(n, i);
		for (size_t k = 0; k < n; k++)
			sum += r[k];
		while ((other = phraseuses_next(&b, i, &at)))
			listed += *other;
		assert_int_equal(sum, 10 * i * i + i * (i - 1) / 2 * (i > 0));
		assert_int_equal(listed, sum);
	}
	phraseuses_of(&u, b.size, 4, 2, &n);
	assert_int_equal(n, 2);
	phraseuses_of(&u, b.size, 5, 8, &n);
	assert_int_equal(n, 0);
	phraseuses_builder_release(&b);
	str_release(&bytes);
}

static void use(struct span bytes, void *ctx)
{
	const struct phrasewords *w = ctx;
	struct phrases t = { 0 };
	struct phraseuses u;
	size_t number, length, n;

	if (phrases_view(&t, &bytes) || phraseuses_view(&u, 4, t.count, &bytes))
		return;
	for (size_t i = 0; i < w->count; i++)
		if (phrases_find(&t, w, i, &number, &length)) {
			const char *p;

			assert_true(number < t.count);
			assert_in_range(length, 1, w->count - i);
			p = phraseuses_of(&u, 4, number, 8, &n);
			assert_in_range(n, 0, 8);
			for (size_t k = 0; k < 4 * n; k++)
				number += (size_t)p[k]; /* read it */
		}
}

static void test_damaged(void **state)
{
	static const char *const phrases[] = { "night", "city lights", "dance",
					       "walk home alone", "rain" };
	struct phrases_builder b = { 0 };
	struct phraseuses_builder uses = { .size = 4 };
	struct stem *stem = stem_new();
	struct phrasewords w = { 0 };
	struct str bytes = { 0 };
	struct span all;

	(void)state;
	for (uint32_t i = 0; i < 5; i++) {
		size_t number;

		phrasewords_read(&w, stem, span_of(phrases[i]));
		phrases_add(&b, &w, true, &number);
		phraseuses_add(&uses, number, &i);
	}
	assert_int_equal(phrases_compile(&b, &bytes, NULL), 0);
	phraseuses_compile(&uses, &bytes);
	phrasewords_read(&w, stem,
			 SPAN("dancing at night in the rain, walk home alone "
			      "by city lights and nothing else"));
	all = span_str(&bytes);
	damage_each(all, 0, all.n, use, &w);
	damage_some(all, 2000, 1, use, &w);
	damage_cut(all, 1, use, &w);
	phrases_builder_release(&b);
	phraseuses_builder_release(&uses);
	phrasewords_release(&w);
	str_release(&bytes);
	stem_free(stem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_equal_hashes),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
