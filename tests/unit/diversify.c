/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/diversify.h"
#include "math/random.h"
#include "testing.h"

#include <math.h>

static struct scored track(float score, uint32_t artist)
{
	return (struct scored){ .score = score,
				.relevance = score,
				.artist = artist,
				.album = CATALOGUE_NONE,
				.genre = CATALOGUE_NONE,
				.valence = NAN,
				.arousal = NAN };
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
	struct diversify_gaps gaps = { 3, 0, 0 };
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
		diversify_space(s, order, 60, &gaps);
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

/* The same by its definition. */
static void slow_mmr(const struct scored *s, uint32_t *order, size_t n,
		     size_t picks, float lambda)
{
	for (size_t at = 0; at < picks && at < n; at++) {
		float best_value = -INFINITY;
		size_t best = at;
		uint32_t x;

		for (size_t i = at; i < n; i++) {
			const struct scored *t = &s[order[i]];
			float nearest = at && !t->asked ? -INFINITY : 0, v;

			for (size_t j = 0; j < at && !t->asked; j++)
				nearest = fmaxf(nearest, diversify_similarity(
							     &s[order[j]], t));
			v = lambda * t->relevance - (1 - lambda) * nearest;
			if (v > best_value) {
				best_value = v;
				best = i;
			}
		}
		x = order[best];
		memmove(order + at + 1, order + at,
			(best - at) * sizeof(*order));
		order[at] = x;
	}
}

static void test_mmr_is_exact(void **state)
{
	struct scored s[64];
	uint32_t order[64], wanted[64];
	float vectors[64][4];
	struct random rng;

	(void)state;
	random_seed(&rng, 5, 0);
	for (int round = 0; round < 100; round++) {
		for (size_t i = 0; i < 64; i++) {
			s[i] = track(1 - (float)random_below(&rng, 8) / 10,
				     (uint32_t)random_below(&rng, 30));
			s[i].valence = (float)random_uniform(&rng);
			s[i].arousal = (float)random_uniform(&rng);
			s[i].asked = s[i].artist == 3;
			for (int d = 0; d < 4; d++)
				vectors[i][d] =
				    (float)random_uniform(&rng) - 0.5f;
			if (random_below(&rng, 3)) {
				s[i].audio[0].x = vectors[i];
				s[i].audio[0].dim = 4;
			}
		}
		number(order, 64);
		number(wanted, 64);
		diversify_mmr(s, order, 64, 32, 0.1f * (float)(round % 11));
		slow_mmr(s, wanted, 64, 32, 0.1f * (float)(round % 11));
		assert_memory_equal(order, wanted, sizeof(order));
	}
}

/* An artist who is asked for is in nobody's way, not even in his own. */
static void test_asked(void **state)
{
	struct scored s[] = { track(0.9f, 1), track(0.8f, 1), track(0.7f, 1),
			      track(0.65f, 2), track(0.6f, 3) };
	uint32_t order[5];

	(void)state;
	for (int i = 0; i < 3; i++)
		s[i].asked = true;
	number(order, 5);
	diversify_mmr(s, order, 5, 5, 0.7f);
	diversify_space(s, order, 5, &(struct diversify_gaps){ 3, 3, 0 });
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(order[i], i);
}

static void test_albums(void **state)
{
	struct scored s[] = { track(1, 1), track(1, 2), track(1, 3),
			      track(1, 4), track(1, 5) };
	static const uint32_t wanted[] = { 0, 2, 3, 1, 4 };
	uint32_t order[5];

	(void)state;
	s[0].album = s[1].album = 7; /* of several artists */
	number(order, 5);
	diversify_space(s, order, 5, &(struct diversify_gaps){ 3, 2, 0 });
	assert_memory_equal(order, wanted, sizeof(order));
	number(order, 5); /* none is nobody's album */
	s[0].album = s[1].album = CATALOGUE_NONE;
	diversify_space(s, order, 5, &(struct diversify_gaps){ 3, 2, 0 });
	assert_int_equal(order[1], 1);
}

/* Nobody waits for one who is worth too little. */
static void test_worth(void **state)
{
	struct scored s[] = { track(0.9f, 1), track(0.8f, 1), track(0.3f, 2),
			      track(0.5f, 3) };
	static const uint32_t strict[] = { 0, 2, 3, 1 };
	static const uint32_t half[] = { 0, 3, 1, 2 };
	static const uint32_t most[] = { 0, 1, 2, 3 };
	uint32_t order[4];

	(void)state;
	number(order, 4);
	diversify_space(s, order, 4, &(struct diversify_gaps){ 3, 0, 0 });
	assert_memory_equal(order, strict, sizeof(order));
	number(order, 4);
	diversify_space(s, order, 4, &(struct diversify_gaps){ 1, 0, 0.6f });
	assert_memory_equal(order, half, sizeof(order));
	number(order, 4);
	diversify_space(s, order, 4, &(struct diversify_gaps){ 1, 0, 0.7f });
	assert_memory_equal(order, most, sizeof(order));
}

static void test_genre(void **state)
{
	static const uint32_t wanted[] = { 0, 1, 6, 7, 4, 5, 3, 2 };
	struct scored s[8];
	uint32_t order[8];

	(void)state;
	for (int i = 0; i < 8; i++) {
		s[i] = track(1 - 0.1f * (float)i, (uint32_t)i);
		s[i].genre = i < 5 ? 0 : 1;
	}
	s[5].relevance = 0.1f; /* of another genre, but not good enough */
	number(order, 8);
	diversify_genre(s, order, 8, 4, 0, 2, 0.25f);
	assert_memory_equal(order, wanted, sizeof(order));
	/* nothing to exchange, and nothing that must be */
	number(order, 5);
	diversify_genre(s, order, 5, 4, 0, 2, 0.2f);
	diversify_genre(s, order, 5, 5, 0, 2, 0.2f);
	diversify_genre(s, order, 5, 5, 0, 5, 0.2f);
	diversify_genre(s, order, 0, 4, 0, 0, 0);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(order[i], i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_similarity),
		cmocka_unit_test(test_mmr),
		cmocka_unit_test(test_spacing),
		cmocka_unit_test(test_mmr_is_exact),
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_albums),
		cmocka_unit_test(test_worth),
		cmocka_unit_test(test_genre),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
