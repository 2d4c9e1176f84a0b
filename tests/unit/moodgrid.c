/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "index/moodgrid.h"
#include "math/random.h"

enum { ROWS = 70000 };

enum shape { /* of the points */
	     UNIFORM,
	     LATTICE,   /* many at equal distances, many in one place */
	     ONE_PLACE, /* all */
	     CLUSTERS,
	     FAR_AWAY, /* most in one place, few far off */
	     ON_A_LINE,
	     HALF_MISSING,
	     SHAPES
};

struct data {
	float *x[3];
	uint8_t *allowed;
	size_t rows;
	void *bytes;
	size_t size;
	struct moodgrid g;
	struct moodgrid_work w;
};

static float coordinate(struct random *r, enum shape shape, size_t row,
			size_t k)
{
	float u = (float)(2 * random_uniform(r) - 1);
	float v = (float)(0.05 * random_normal(r));

	switch (shape) {
	case LATTICE:
		return rintf(u * 8) / 8;
	case ONE_PLACE:
		return 0.25f;
	case CLUSTERS:
		return (float)(row % 7) / 7 - 0.5f + v;
	case FAR_AWAY:
		return row % 100 ? 0.5f + 1e-6f * v : u * 1e20f;
	case ON_A_LINE:
		return k ? -0.5f : u;
	case HALF_MISSING:
		return row % 2 ? u : row % 4 ? NAN : -INFINITY;
	default:
		return u;
	}
}

static void make(struct data *d, enum shape shape, size_t dims, size_t rows)
{
	struct random r;
	struct err err;

	random_seed(&r, 5, (uint64_t)shape);
	*d = (struct data){ .rows = rows };
	for (size_t k = 0; k < 3; k++)
		d->x[k] = mem_zalloc(rows + 1, sizeof(float));
	d->allowed = mem_zalloc(rows + 1, 1);
	for (size_t i = 0; i < rows; i++)
		for (size_t k = 0; k < 3; k++)
			d->x[k][i] = coordinate(&r, shape, i, k);
	d->bytes =
	    moodgrid_build((const float *const *)d->x, dims, rows, 1, &d->size);
	assert_int_equal(moodgrid_view(&d->g,
				       (struct span){ d->bytes, d->size }, rows,
				       &err),
			 0);
}

static void drop(struct data *d)
{
	for (size_t k = 0; k < 3; k++)
		free(d->x[k]);
	free(d->allowed);
	free(d->bytes);
	moodgrid_work_release(&d->w);
}

/* Every point compared. */
static size_t oracle(const struct data *d, const float *at,
		     const uint8_t *allowed, size_t k, struct topk_item *out)
{
	struct topk top;
	size_t n;

	topk_init(&top, k);
	for (size_t i = 0; i < d->rows; i++) {
		float a = d->x[0][i] - at[0], b = d->x[1][i] - at[1];
		float sum = a * a + b * b;
		int there = isfinite(d->x[0][i]) && isfinite(d->x[1][i]);

		if (d->g.dims == 3) {
			float c = d->x[2][i] - at[2];

			sum += c * c;
			there = there && isfinite(d->x[2][i]);
		}
		if (there && (!allowed || allowed[i]))
			topk_offer(&top, -sqrtf(sum), (uint32_t)i);
	}
	n = topk_sort(&top);
	if (n)
		memcpy(out, top.items, n * sizeof(*out));
	topk_release(&top);
	return n;
}

static void check(struct data *d, const float *at, const uint8_t *allowed,
		  size_t k)
{
	struct topk_item *want = mem_zalloc(k + 1, sizeof(*want));
	struct topk_item *got = mem_zalloc(k + 1, sizeof(*got));
	size_t n = oracle(d, at, allowed, k, want), count = 0;

	assert_int_equal(moodgrid_search(&d->g, &d->w, at, allowed, k, got), n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(got[i].index, want[i].index);
		assert_true(got[i].score == want[i].score);
	}
	assert_int_equal(moodgrid_compare((const float *const *)d->x, d->g.dims,
					  d->rows, &d->w, at, allowed, k, got),
			 n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(got[i].index, want[i].index);
		assert_true(got[i].score == want[i].score);
	}
	for (size_t i = 0; allowed && i < d->rows; i++)
		count += allowed[i] != 0;
	assert_int_equal(moodgrid_nearest(&d->g, (const float *const *)d->x,
					  &d->w, at, allowed, count, k, got),
			 n);
	assert_memory_equal(got, want, n * sizeof(*got));
	free(want);
	free(got);
}

static void ask(struct data *d, struct random *r)
{
	static const size_t ks[] = { 0, 1, 2, 10, 63, 500, 3000 };

	for (size_t i = 0; i < 30; i++) {
		size_t row = random_below(r, d->rows), k = ks[i % 7];
		unsigned every = i % 3 == 1 ? 2 : 4000;
		float at[3];

		for (size_t j = 0; j < 3; j++) {
			float there = d->x[j][row];

			at[j] = i % 2 || !isfinite(there)
				    ? (float)(3 * random_uniform(r) - 1.5)
				    : there;
		}
		for (size_t j = 0; j < d->rows; j++)
			d->allowed[j] = random_below(r, every) == 0;
		check(d, at, i % 3 ? d->allowed : NULL, k);
	}
}

static void search_is_a_comparison_with_all(void **state)
{
	static const size_t rows[] = { 1, 63, 64, 65, 1025, 20000 };
	struct random r;
	struct data d;

	(void)state;
	random_seed(&r, 6, 0);
	for (int shape = 0; shape < SHAPES; shape++)
		for (size_t dims = 2; dims <= 3; dims++)
			for (size_t i = 0; i < 6; i++) {
				make(&d, (enum shape)shape, dims, rows[i]);
				ask(&d, &r);
				drop(&d);
			}
}

static void every_row_is_found(void **state)
{
	struct data d;

	(void)state;
	make(&d, LATTICE, 2, 5000);
	check(&d, (float[3]){ 0.1f, 0.1f }, NULL, 4999);
	check(&d, (float[3]){ 0.1f, 0.1f }, NULL, 5000);
	check(&d, (float[3]){ 0.1f, 0.1f }, NULL, 100000);
	check(&d, (float[3]){ INFINITY, 0 }, NULL, 700);
	check(&d, (float[3]){ 1e30f, 1e30f }, NULL, 700);
	drop(&d);
}

static void nothing_is_found_where_nothing_is(void **state)
{
	struct topk_item out[4];
	struct data d;

	(void)state;
	make(&d, UNIFORM, 2, 0);
	check(&d, (float[2]){ 0, 0 }, NULL, 4);
	assert_int_equal(
	    moodgrid_search(&d.g, &d.w, (float[2]){ 0, 0 }, NULL, 4, out), 0);
	drop(&d);
	make(&d, HALF_MISSING, 2, 1); /* row 0 is missing */
	assert_int_equal(d.g.points, 0);
	assert_int_equal(
	    moodgrid_search(&d.g, &d.w, (float[2]){ 0, 0 }, NULL, 4, out), 0);
	drop(&d);
	make(&d, UNIFORM, 2, 100);
	assert_int_equal(
	    moodgrid_search(&d.g, &d.w, (float[2]){ 0, NAN }, NULL, 4, out), 0);
	assert_int_equal(
	    moodgrid_search(&d.g, &d.w, (float[2]){ 0, 0 }, d.allowed, 4, out),
	    0);
	drop(&d);
}

static void the_bytes_are_the_same_for_any_number_of_threads(void **state)
{
	struct data d;
	size_t size;
	void *bytes;

	(void)state;
	for (int shape = 0; shape < SHAPES; shape++) {
		make(&d, (enum shape)shape, 3, ROWS);
		for (int threads = 2; threads < 9; threads += 3) {
			bytes = moodgrid_build((const float *const *)d.x, 3,
					       ROWS, threads, &size);
			assert_int_equal(size, d.size);
			assert_memory_equal(bytes, d.bytes, size);
			free(bytes);
		}
		drop(&d);
	}
}

/* Points tell no more than boxes near them: few are looked at. */
static void boxes_hold_what_lies_together(void **state)
{
	struct data d;
	double area = 0;

	(void)state;
	make(&d, UNIFORM, 2, ROWS);
	for (size_t i = 0; i < d.g.blocks; i++) {
		const float *group =
		    (const float *)(d.g.level[0].groups + i / 16 * 320) +
		    i % 16;

		area += (group[32] - group[0]) * (group[48] - group[16]);
	}
	assert_true(area < 1.1 * 4); /* the square, hardly any overlap */
	drop(&d);
}

static void damage_does_no_harm(void **state)
{
	struct topk_item *out = mem_zalloc(600, sizeof(*out));
	struct moodgrid g;
	struct data d;
	struct random r;
	struct err err;
	char *bytes;

	(void)state;
	random_seed(&r, 9, 0);
	make(&d, CLUSTERS, 2, 3000);
	for (size_t n = 0; n < d.size; n += n < 70 ? 1 : 997)
		assert_int_equal(
		    moodgrid_view(&g, (struct span){ d.bytes, n }, 3000, &err),
		    -1);
	assert_int_equal(
	    moodgrid_view(&g, (struct span){ d.bytes, d.size }, 2999, &err),
	    -1);
	bytes = mem_alloc(d.size);
	for (int i = 0; i < 1500; i++) {
		size_t many = i % 3 ? 1 + random_below(&r, 50) : d.size;
		size_t from = i % 5 ? 0 : 24;

		memcpy(bytes, d.bytes, d.size);
		for (size_t j = 0; j < many; j++)
			bytes[from +
			      random_below(&r, i % 7 ? d.size - from : 40)] =
			    (char)random_u64(&r);
		if (moodgrid_view(&g, (struct span){ bytes, d.size }, 3000,
				  &err))
			continue;
		for (size_t k = 1; k < 600; k += 251) {
			size_t n = moodgrid_search(
			    &g, &d.w, (float[3]){ 0.1f, 0.2f, 0 },
			    k % 2 ? d.allowed : NULL, k, out);

			assert_true(n <= k);
			for (size_t j = 0; j < n; j++)
				assert_true(out[j].index < 3000);
		}
	}
	free(bytes);
	free(out);
	drop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(search_is_a_comparison_with_all),
		cmocka_unit_test(every_row_is_found),
		cmocka_unit_test(nothing_is_found_where_nothing_is),
		cmocka_unit_test(
		    the_bytes_are_the_same_for_any_number_of_threads),
		cmocka_unit_test(boxes_hold_what_lies_together),
		cmocka_unit_test(damage_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
