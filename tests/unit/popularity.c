/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tiers against sorting; artists and terms against plain search. */
#include "testing.h"

#include <math.h>

#include "base/hash.h"
#include "corpus/artists.h"
#include "corpus/counter.h"
#include "corpus/eras.h"
#include "corpus/popularity.h"

static void test_tiers(void **state)
{
	static const double share[] = { 0, .5, .8, .98 };
	struct popularity_fit *fit = mem_zalloc(1, sizeof(*fit));
	struct popularity p;
	double plays[500];
	uint64_t rng = 1;

	(void)state;
	for (int i = 0; i < 500; i++) {
		plays[i] = (double)rng_below(&rng, 128);
		popularity_add(fit, plays[i]);
	}
	popularity_end(fit, &p);
	for (int i = 0; i < 500; i++) {
		int fewer = 0, tier = POPULARITY_VIRAL;

		for (int k = 0; k < 500; k++)
			fewer += plays[k] < plays[i];
		while (fewer < share[tier] * 500)
			tier--;
		assert_int_equal((int)popularity_tier(&p, plays[i]), tier);
	}
	free(fit);
}

/* Far apart by scale: steps are at most 1/64 of an octave. */
static void test_scale(void **state)
{
	struct popularity_fit *fit = mem_zalloc(1, sizeof(*fit));
	struct popularity p;

	(void)state;
	for (int i = 0; i < 100; i++)
		popularity_add(fit, pow(10, i / 10.0));
	popularity_add(fit, 1e300);
	popularity_end(fit, &p);
	assert_true(popularity_score(&p, 1e300) == 1);
	assert_true(popularity_score(&p, 0) == 0);
	assert_int_equal((int)popularity_tier(&p, 1e300), POPULARITY_VIRAL);
	assert_int_equal((int)popularity_tier(&p, 0), POPULARITY_UNDERGROUND);
	assert_int_equal((int)popularity_tier(&p, pow(10, 4.9)),
			 POPULARITY_UNDERGROUND);
	assert_int_equal((int)popularity_tier(&p, pow(10, 5.2)),
			 POPULARITY_NICHE);
	free(fit);
}

static void test_artists(void **state)
{
	struct artists_fit fit;
	struct artists_index index, none;
	struct artist *table = mem_zalloc(3000, sizeof(*table));
	size_t n = 0, tracks = 0;
	uint64_t rng = 5;

	(void)state;
	artists_fit_init(&fit, 4096);
	for (int i = 0; i < 3000; i++) {
		/* clustered keys too: not what hashes look like */
		uint64_t key =
		    rng_below(&rng, 3) ? rng_below(&rng, 200) : rng_next(&rng);

		assert_int_equal(
		    artists_fit_add(&fit, key, i % 5 ? 2 : -1, NULL), 0);
	}
	while (artists_fit_next(&fit, &table[n], NULL) > 0)
		tracks += table[n++].tracks;
	assert_int_equal(tracks, 3000);
	assert_int_equal(artists_index_init(&index, table, n), 0);
	for (size_t i = 0; i < n; i++) {
		assert_true(!i || table[i - 1].key < table[i].key);
		assert_true(table[i].plays == 2.0 * table[i].played);
		assert_ptr_equal(artists_find(&index, table[i].key), &table[i]);
		if (i + 1 < n && table[i].key + 1 < table[i + 1].key)
			assert_null(artists_find(&index, table[i].key + 1));
	}
	artists_index_release(&index);
	assert_int_equal(artists_index_init(&none, table, 0), 0);
	assert_null(artists_find(&none, 1));
	artists_index_release(&none);
	table[1].key = table[0].key;
	assert_int_equal(artists_index_init(&index, table, n), -1);
	artists_index_release(&index);
	artists_fit_release(&fit);
	free(table);
}

static void test_counter(void **state)
{
	uint64_t want[300] = { 0 }, rng = 9, n;
	struct span key;
	int seen = 0;

	(void)state;
	for (size_t memory = 1 << 9; memory <= 1 << 20; memory <<= 11) {
		struct counter *c = counter_new(memory);

		memset(want, 0, sizeof(want));
		for (int i = 0; i < 5000; i++) {
			size_t k = rng_below(&rng, 300);
			char name[8];

			snprintf(name, sizeof(name), "%03zu", k);
			want[k] += (uint64_t)i;
			assert_int_equal(
			    counter_add(c, span_of(name), (uint64_t)i, NULL),
			    0);
		}
		for (seen = 0; counter_next(c, &key, &n, NULL) > 0; seen++)
			assert_int_equal(n, want[strtoul(key.p, NULL, 10)]);
		assert_int_equal(seen, 300);
		counter_free(c);
	}
}

static void test_eras(void **state)
{
	char name[ERAS_NAME];

	(void)state;
	eras_name(1950, name);
	assert_string_equal(name, "1950s");
	eras_name(2029, name);
	assert_string_equal(name, "2020s");
	assert_int_equal(eras_midyear(1970), 181);
	assert_true(eras_recency(5, 5) == 1);
	assert_true(fabs(eras_recency(0, 1826) - .5) < .001);
	assert_true(fabs(eras_recency(0, 3653) - .25) < .001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tiers),   cmocka_unit_test(test_scale),
		cmocka_unit_test(test_artists), cmocka_unit_test(test_counter),
		cmocka_unit_test(test_eras),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
