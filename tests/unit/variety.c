/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/variety.h"
#include "base/hash.h"
#include "testing.h"

#include <math.h>

static const char answer[] =
    "{\"query\":\"q\",\"results\":["
    "{\"track_id\":\"a\",\"artist\":\"A\",\"mood\":{\"valence\":0,"
    "\"arousal\":0}},"
    "{\"track_id\":\"b\",\"artist\":\"A\",\"mood\":{\"valence\":0,"
    "\"arousal\":1}},"
    "{\"track_id\":\"c\",\"artist\":\"C\"},"
    "{\"track_id\":\"d\"}]}";

static void test_own(void **state)
{
	struct rankings r = { 0 };
	struct err err = { 0 };
	double ab = (0.5 + 0.1) / 0.7;

	(void)state;
	assert_int_equal(rankings_add(&r, span_of(answer), &err), 0);
	assert_float_equal(variety_of(NULL, &r, r.items, 2), 1 - ab, 1e-6);
	/* the other two are like nothing, and no artist is like no artist */
	assert_float_equal(variety_of(NULL, &r, r.items, 50), 1 - ab / 6, 1e-6);
	assert_true(isnan(variety_of(NULL, &r, r.items, 1)));
	rankings_release(&r);
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* What the index has counts, not what the answer says; d is not in it. */
static void test_index(void **state)
{
	static const float vectors[] = { 1, 0, 0, 1, 0.6f, 0.8f };
	static const uint32_t rows[] = { 0, 1, 2 };
	uint64_t keys[3];
	uint32_t artist[3] = { 1, 2, 3 };
	float cosine[3][3], sum = 0;
	struct generation g = { .count = 3, .keys = keys, .artist = artist };
	struct rankings r = { 0 };
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		keys[i] = hash_u64(&"abc"[i], 1);
	qsort(keys, 3, sizeof(*keys), by_key);
	g.audio[0] = (struct audio_vectors){
		.count = 3, .dim = 2, .rows = rows, .vectors = vectors
	};
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < i; j++) {
			cosine[i][j] = vectors[2 * i] * vectors[2 * j] +
				       vectors[2 * i + 1] * vectors[2 * j + 1];
			sum += 0.3f * cosine[i][j] / 0.8f;
		}
	assert_int_equal(rankings_add(&r, span_of(answer), &err), 0);
	assert_float_equal(variety_of(&g, &r, r.items, 50), 1 - sum / 3, 1e-6);
	g.count = 0;
	assert_true(isnan(variety_of(&g, &r, r.items, 50)));
	rankings_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
