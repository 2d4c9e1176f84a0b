/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/diversify.h"
#include "math/random.h"
#include "testing.h"

#include <math.h>

static struct scored track(float score, uint32_t artist)
{
	return (struct scored){
		.score = score, .artist = artist, .valence = NAN, .arousal = NAN
	};
}

static void number(uint32_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
}

static void test_similarity(void **state)
{
	float x[2] = { 1, 0 }, y[2] = { 0, 1 }, z[3] = { 0, 0, 1 };
	struct scored a = track(1, 1), b = track(1, 1), c = track(1, 2);

	(void)state;
	a.audio[0].x = c.audio[0].x = x;
	b.audio[0].x = y;
	a.audio[0].dim = b.audio[0].dim = c.audio[0].dim = 2;
	a.valence = b.valence = c.valence = 0;
	a.arousal = b.arousal = 0;
	c.arousal = 1;
	assert_float_equal(diversify_similarity(&a, &b), 0.5 + 0 + 0.2, 1e-6);
	assert_float_equal(diversify_similarity(&a, &c), 0.3 + 0.1, 1e-6);
	/* a network's vectors beside: the mean of both cosines */
	a.audio[1].x = b.audio[1].x = z;
	a.audio[1].dim = b.audio[1].dim = 3;
	assert_float_equal(diversify_similarity(&a, &b), 0.5 + 0.15 + 0.2,
			   1e-6);
	assert_float_equal(diversify_similarity(&a, &c), 0.3 + 0.1, 1e-6);
	/* without sound: over .7 */
	c.audio[0].x = NULL;
	assert_float_equal(diversify_similarity(&a, &c), 0.1 / 0.7, 1e-6);
	/* no artist is nobody's artist */
	a.artist = b.artist = CATALOGUE_NONE;
	assert_float_equal(diversify_similarity(&a, &b), 0.15 + 0.2, 1e-6);
}

/* Similarity is 1 for one artist, else 0 (nothing else is known). */
static void test_mmr(void **state)
{
	struct scored s[] = { track(1, 1), track(0.9f, 1), track(0.6f, 2),
			      track(0.1f, 3) };
	uint32_t order[4];

	(void)state;
	number(order, 4);
	/* after 0: 1 is .63 - .3 = .33, 2 is .42, 3 is .07 */
	diversify_mmr(s, order, 4, 4, 0.7f);
	assert_int_equal(order[0], 0);
	assert_int_equal(order[1], 2);
	assert_int_equal(order[2], 1);
	assert_int_equal(order[3], 3);
	number(order, 4);
	diversify_mmr(s, order, 4, 4, 1); /* relevance only */
	assert_int_equal(order[1], 1);
	number(order, 4);
	diversify_mmr(s, order, 4, 1, 0.7f); /* the rest stays in order */
	assert_int_equal(order[1], 1);
	assert_int_equal(order[2], 2);
	diversify_mmr(s, order, 0, 5, 0.7f);
}

static bool is_permutation(const uint32_t *order, size_t n)
{
	uint64_t met = 0;

	for (size_t i = 0; i < n; i++)
		met |= UINT64_C(1) << order[i];
	return met == (n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1);
}

/* No position is lost, and where gap is broken no other could stand there. */
static void test_spacing(void **state)
{
	struct scored s[60];
	uint32_t order[60];
	struct random rng;

	(void)state;
	random_seed(&rng, 3, 0);
	for (int round = 0; round < 50; round++) {
		size_t artists = 1 + (size_t)round % 12;

		for (size_t i = 0; i < 60; i++)
			s[i] = track(1 - (float)i / 60,
				     (uint32_t)random_below(&rng, artists));
		number(order, 60);
		diversify_mmr(s, order, 60, 30, 0.7f);
		assert_true(is_permutation(order, 60));
		diversify_space(s, order, 60, 3);
		assert_true(is_permutation(order, 60));
		for (size_t at = 1; at < 60; at++) {
			size_t from = at > 3 ? at - 3 : 0;
			bool broken = false, other = false;

			for (size_t i = from; i < at; i++)
				broken = broken || s[order[i]].artist ==
						       s[order[at]].artist;
			for (size_t j = at; broken && j < 60; j++) {
				bool fits = true;

				for (size_t i = from; i < at; i++)
					fits = fits && s[order[i]].artist !=
							   s[order[j]].artist;
				other = other || fits;
			}
			assert_false(other);
		}
	}
}

static void test_limit(void **state)
{
	struct scored s[] = { track(1, 1),
			      track(1, 1),
			      track(1, 2),
			      track(1, 1),
			      track(1, CATALOGUE_NONE),
			      track(1, CATALOGUE_NONE),
			      track(1, CATALOGUE_NONE) };
	uint32_t order[7];

	(void)state;
	number(order, 7);
	assert_int_equal(diversify_limit(s, order, 7, 2), 6);
	assert_int_equal(order[2], 2);
	assert_int_equal(order[3], 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_similarity),
		cmocka_unit_test(test_mmr),
		cmocka_unit_test(test_spacing),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
