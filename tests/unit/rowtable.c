/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows come back within half a step; strangers are strangers; hostile bytes. */
#include "testing.h"

#include <math.h>

#include "learn/rowtable.h"

enum { COUNT = 20000, DIM = 48 };

struct made {
	uint64_t *hash;
	float *rarity, *rows;
	struct str bytes;
};

static double uniform(uint64_t *seed)
{
	return (double)(rng_next(seed) >> 11) / 9007199254740992.0;
}

static void make(struct made *m, size_t count, size_t dim)
{
	uint64_t seed = 3;

	m->hash = mem_zalloc(count + 1, sizeof(*m->hash));
	m->rarity = mem_zalloc(count + 1, sizeof(float));
	m->rows = mem_zalloc(count * dim + 1, sizeof(float));
	for (size_t i = 0; i < count; i++) {
		double size = pow(10, 4 * uniform(&seed) - 3);

		m->hash[i] = rng_next(&seed);
		m->rarity[i] = (float)(15 * uniform(&seed));
		for (size_t k = 0; k < dim; k++)
			m->rows[i * dim + k] =
			    (float)(size * (2 * uniform(&seed) - 1));
	}
	rowtable_write(&m->bytes, m->hash, m->rarity, m->rows, count, dim);
}

static void drop(struct made *m)
{
	free(m->hash);
	free(m->rarity);
	free(m->rows);
	str_release(&m->bytes);
}

static struct rowtable view(const struct made *m)
{
	struct rowtable t;
	struct err err = { 0 };

	if (rowtable_view(&t, span_str(&m->bytes), &err))
		fail_msg("%s", err.message);
	return t;
}

static void test_round_trip(void **state)
{
	struct made m = { 0 };
	struct rowtable t;
	size_t lost = 0;

	(void)state;
	make(&m, COUNT, DIM);
	t = view(&m);
	assert_int_equal(t.dim, DIM);
	for (size_t i = 0; i < COUNT; i++) {
		const struct rowtable_row *r = rowtable_find(&t, m.hash[i]);
		const float *row = m.rows + i * DIM;
		float y[DIM] = { 0 }, most = 0, probe[DIM], want = 0, scale;
		bool same = true;

		assert_non_null(r);
		scale = rowtable_scale(r);
		rowtable_add(r, DIM, 1, y);
		for (size_t k = 0; k < DIM; k++) {
			most = fmaxf(most, fabsf(row[k]));
			same = same && fabsf(y[k] - row[k]) <= scale * 0.501F;
		}
		/* told as another's row: 8 ninths full, few */
		if (!same) {
			lost++;
			continue;
		}
		/* the scale is the largest in 7 steps, rounded up by little */
		assert_true(scale >= most / 7 && scale <= most / 7 * 1.01F);
		assert_true(fabsf(rowtable_rarity(r) -
				  fmaxf(m.rarity[i], 1 / 16.F)) <= 1 / 32.F);
		for (size_t k = 0; k < DIM; k++) {
			probe[k] = (float)((int)k - 23);
			want += probe[k] * y[k];
		}
		assert_true(fabsf(rowtable_dot(r, DIM, probe) - want) <=
			    1e-4F * most * DIM * 23);
		/* weights add up */
		rowtable_add(r, DIM, -1, y);
		for (size_t k = 0; k < DIM; k++)
			assert_true(fabsf(y[k]) <= 1e-6F * most);
	}
	assert_int_equal(t.count + lost, COUNT);
	assert_true(lost < COUNT / 500);
	drop(&m);
}

static void test_strangers(void **state)
{
	struct made m = { 0 };
	struct rowtable t;
	uint64_t seed = 99;
	int found = 0;

	(void)state;
	make(&m, COUNT, 16);
	t = view(&m);
	for (int i = 0; i < 200000; i++)
		found += rowtable_find(&t, rng_next(&seed)) != NULL;
	if (found >= 200000 / 500)
		fail_msg("%d of 200000 unknown hashes found", found);
	assert_true(found > 0); /* 16 bits are not 64 */
	drop(&m);
}

static void test_small(void **state)
{
	struct made m = { 0 };
	float zero[16] = { 0 }, y[16] = { 0 };
	uint64_t hash[2] = { 5, 5 };
	float rarity[2] = { 0, 99 };
	float rows[32] = { 1, -1, 0.5F, [16] = 9, 9, 9, 9 };
	struct rowtable t;
	const struct rowtable_row *r;

	(void)state;
	make(&m, 0, 16);
	t = view(&m);
	assert_null(rowtable_find(&t, 7));
	drop(&m);
	m = (struct made){ 0 };
	/* of one hash the first stays; rarity from 1/16 to 255/16 */
	rowtable_write(&m.bytes, hash, rarity, rows, 2, 16);
	t = view(&m);
	assert_int_equal(t.count, 1);
	r = rowtable_find(&t, 5);
	assert_non_null(r);
	assert_true(rowtable_rarity(r) == 1 / 16.F);
	rowtable_add(r, 16, 2, y);
	assert_true(fabsf(y[0] - 2) < 0.01F && fabsf(y[1] + 2) < 0.01F);
	assert_true(y[3] == 0 && y[7] == 0);
	/* nothing but zeros, and hash 0 */
	hash[0] = 0;
	rowtable_write(&m.bytes, hash, rarity + 1, zero, 1, 16);
	t = view(&m);
	r = rowtable_find(&t, 0);
	assert_non_null(r);
	assert_true(rowtable_rarity(r) == 255 / 16.F);
	memset(y, 0, sizeof(y));
	rowtable_add(r, 16, 1, y);
	for (int k = 0; k < 16; k++)
		assert_true(y[k] == 0);
	drop(&m);
}

/* Every word of the header: refused, or harmless. Every length: refused. */
static void test_hostile(void **state)
{
	static const uint32_t values[] = { 0,        1,          7,
					   8,        9,          16,
					   4096,     4104,       0x10000,
					   1u << 31, 0xFFFFFFF8, 0xFFFFFFFF };
	struct made m = { 0 };
	struct rowtable t;
	struct err err;
	uint64_t seed = 1;
	int refused = 0;

	(void)state;
	make(&m, 20, 16);
	for (size_t n = 0; n < m.bytes.n; n++) {
		char *cut = mem_alloc(n ? n : 1);

		memcpy(cut, m.bytes.p, n);
		assert_int_equal(
		    rowtable_view(&t, (struct span){ cut, n }, &err), -1);
		assert_status(&err, ERR_DATA);
		free(cut);
	}
	for (size_t w = 0; w < 4; w++)
		for (size_t v = 0; v < sizeof(values) / sizeof(*values); v++) {
			char *p = mem_alloc(m.bytes.n);
			float y[4096] = { 0 };

			memcpy(p, m.bytes.p, m.bytes.n);
			memcpy(p + 4 * w, &values[v], 4);
			if (rowtable_view(&t, (struct span){ p, m.bytes.n },
					  &err)) {
				refused++;
				free(p);
				continue;
			}
			for (int i = 0; i < 1000; i++) {
				const struct rowtable_row *r =
				    rowtable_find(&t, rng_next(&seed));

				if (r)
					rowtable_add(r, t.dim, 1, y);
			}
			free(p);
		}
	assert_true(refused > 30);
	/* no free slot: a search ends all the same */
	memset(m.bytes.p + 16, 0xFF, 2 * 23);
	t = view(&m);
	assert_null(rowtable_find(&t, 1));
	drop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
