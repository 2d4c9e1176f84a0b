/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "damage.h"
#include "io/pack.h"
#include "learn/trees.h"
#include "math/random.h"

enum { N = 600, DIMS = 5 };

static const struct trees_params exact = {
	.rounds = 1,
	.depth = 1,
	.bins = 255,
	.leaf_rows = 1,
	.rate = 1,
	.ridge = 0,
	.rows = 1,
	.columns = 1,
	.seed = 1,
	.threads = 1,
};

static void near(float got, double want)
{
	if (!(fabs((double)got - want) <= 1e-5 * (1 + fabs(want))))
		fail_msg("got %.7g, wanted %.7g", (double)got, want);
}

/* One split: the two means on either side of the best place, by hand. */
static void one_stump(void **state)
{
	const float x[] = { 1, 2, 3, 10, 11, 12 };
	const float y[] = { 0, 1, 2, 9, 10, 14 };
	struct trees *t = trees_fit(&exact, x, y, NULL, 6, 1, NULL);
	float at = 6.5f, above = nextafterf(6.5f, 7);
	double gain;

	(void)state;
	assert_non_null(t);
	assert_int_equal(trees_count(t), 1);
	assert_int_equal(trees_dims(t), 1);
	near(trees_predict(t, x), 1);
	near(trees_predict(t, &at), 1);     /* midway between 3 and 10 */
	near(trees_predict(t, &above), 11); /* and not beyond */
	trees_gains(t, &gain);
	near((float)gain, 1);
	near(trees_predict_first(t, 0, x), 6); /* the mean */
	trees_keep(t, 0);
	near(trees_predict(t, x + 5), 6);
	trees_free(t);
}

/* Leaf values are G / (H + ridge) about the weighted mean. */
static void weights_and_ridge(void **state)
{
	const float x[] = { 0, 0, 1, 1 };
	const float y[] = { 0, 4, 10, 10 }, w[] = { 3, 1, 2, 0 };
	struct trees_params p = exact;
	struct trees *t;
	/* mean (0 + 4 + 20) / 6 = 4; left: 3(-4) + 0 = -12 of 4; right: 12 */

	(void)state;
	p.ridge = 2;
	p.rate = 0.5;
	t = trees_fit(&p, x, y, w, 4, 1, NULL);
	near(trees_predict(t, x), 4 + 0.5 * -12 / (4 + 2));
	near(trees_predict(t, x + 2), 4 + 0.5 * 12 / (2 + 2));
	trees_free(t);
}

/* A missing value goes to the side it is like, or is a side of its own. */
static void missing_values(void **state)
{
	const float x[] = { 1, 1, 2, 2, NAN, NAN };
	const float low[] = { 0, 0, 8, 8, 0, 0 }, high[] = { 0, 0, 8, 8, 8, 8 };
	const float own[] = { 5, 5, 5, 5, 1, 1 };
	struct trees *t = trees_fit(&exact, x, low, NULL, 6, 1, NULL);
	float inf = INFINITY;

	(void)state;
	near(trees_predict(t, x + 4), 0);
	near(trees_predict(t, x + 2), 8);
	trees_free(t);
	t = trees_fit(&exact, x, high, NULL, 6, 1, NULL);
	near(trees_predict(t, x + 4), 8);
	near(trees_predict(t, x), 0);
	trees_free(t);
	t = trees_fit(&exact, x, own, NULL, 6, 1, NULL);
	near(trees_predict(t, x + 4), 1);
	near(trees_predict(t, x), 5);
	near(trees_predict(t, &inf), 5);
	trees_free(t);
	/* none was missing: to the heavier side */
	t = trees_fit(&exact, x, low, NULL, 3, 1, NULL);
	near(trees_predict(t, x + 4), 0);
	trees_free(t);
}

/* y = x0 + (x1 > 0) x2, noise in y, x3 and x4; some x missing. */
static void make_rows(float *x, float *y, uint64_t seed)
{
	struct random r;

	random_seed(&r, seed, 0);
	for (size_t i = 0; i < N; i++) {
		float *row = x + i * DIMS;

		for (size_t d = 0; d < DIMS; d++)
			row[d] = (float)random_normal(&r);
		y[i] = row[0] + (row[1] > 0 ? 2 * row[2] : 0) +
		       0.1f * (float)random_normal(&r);
		if (random_below(&r, 20) == 0)
			row[random_below(&r, DIMS)] = NAN;
	}
}

static double error_of(const struct trees *t, size_t count, const float *x,
		       const float *y)
{
	double sum = 0;

	for (size_t i = 0; i < N; i++) {
		double d =
		    (double)(trees_predict_first(t, count, x + i * DIMS) -
			     y[i]);
		sum += d * d;
	}
	return sum / N;
}

static void learns(void **state)
{
	static float x[N * DIMS], y[N], u[N * DIMS], v[N];
	struct trees_params p = trees_usual;
	struct trees *t;
	double gains[DIMS], last = INFINITY;

	(void)state;
	make_rows(x, y, 1);
	make_rows(u, v, 2);
	t = trees_fit(&p, x, y, NULL, N, DIMS, NULL);
	assert_true(error_of(t, SIZE_MAX, u, v) < 0.25 * error_of(t, 0, u, v));
	trees_gains(t, gains);
	assert_true(gains[0] + gains[1] + gains[2] > 0.9);
	near((float)(gains[0] + gains[1] + gains[2] + gains[3] + gains[4]), 1);
	trees_free(t);
	/* on all rows, every tree brings the error of the fit down */
	p.rows = p.columns = 1;
	p.rounds = 40;
	t = trees_fit(&p, x, y, NULL, N, DIMS, NULL);
	assert_int_equal(trees_count(t), 40);
	for (size_t k = 0; k <= 40; k++) {
		double e = error_of(t, k, x, y);

		assert_true(e < last);
		last = e;
	}
	trees_free(t);
}

/* Stumps on a rising function rise. */
static void monotone(void **state)
{
	static float x[N], y[N];
	struct trees_params p = trees_usual;
	struct trees *t;
	float last = -INFINITY;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		x[i] = (float)i / N;
		y[i] = expf(3 * x[i]);
	}
	p.depth = 1;
	p.rows = p.columns = 1;
	t = trees_fit(&p, x, y, NULL, N, 1, NULL);
	for (size_t i = 0; i < N; i++) {
		float v = trees_predict(t, &x[i]);

		assert_true(v >= last - 1e-4f);
		assert_true(fabsf(v - y[i]) < 1.5f);
		last = v;
	}
	trees_free(t);
}

static void nothing_to_fit(void **state)
{
	const float x[] = { 1, 2, 3 }, none[] = { NAN, INFINITY, NAN };
	const float y[] = { 1, 2, 6 }, same[] = { 7, 7, 7 };
	struct trees_params p = exact;
	struct err err = { 0 };
	struct trees *t;

	(void)state;
	assert_null(trees_fit(&p, x, none, NULL, 3, 1, &err));
	assert_status(&err, ERR_DATA);
	assert_null(trees_fit(&p, x, y, NULL, 0, 1, &err));
	p.leaf_rows = 2;
	t = trees_fit(&p, x, y, NULL, 3, 1, NULL);
	assert_int_equal(trees_count(t), 0);
	near(trees_predict(t, x), 3);
	trees_free(t);
	p.leaf_rows = 1;
	t = trees_fit(&p, x, same, NULL, 3, 1, NULL);
	assert_int_equal(trees_count(t), 0);
	near(trees_predict(t, x), 7);
	trees_free(t);
	p.bins = 1;
	assert_null(trees_fit(&p, x, y, NULL, 3, 1, &err));
	p = exact;
	p.depth = 9;
	assert_null(trees_fit(&p, x, y, NULL, 3, 1, &err));
	p = exact;
	p.rate = NAN;
	assert_null(trees_fit(&p, x, y, NULL, 3, 1, &err));
}

static void extreme_values(void **state)
{
	float x[] = { -INFINITY, -3e38f, 0, 3e38f, INFINITY, NAN };
	float y[] = { 3e38f, -3e38f, 0, 3e38f, -3e38f, 1 };
	struct trees_params p = trees_usual;
	struct trees *t;

	(void)state;
	p.leaf_rows = 1;
	p.depth = 8;
	t = trees_fit(&p, x, y, NULL, 6, 1, NULL);
	assert_non_null(t);
	for (size_t i = 0; i < 6; i++)
		assert_true(isfinite(trees_predict(t, x + i)));
	trees_free(t);
}

/* --- in a pack --- */

static char *written(const struct trees *t)
{
	char *path = test_path("trees.pack");
	FILE *f = fopen(path, "w+");
	struct pack_writer *w = pack_writer_new(f, "test", 1, NULL);

	assert_int_equal(trees_write(t, "a", w, NULL), 0);
	assert_int_equal(pack_writer_end(w, NULL, NULL), 0);
	fclose(f);
	return path;
}

/* Deep trees on enough rows for threads to be used. */
static struct trees *fit_with(int threads, bool binned)
{
	enum { ROWS = 9000, COLUMNS = 16 };
	struct trees_params p = trees_usual;
	float *x = mem_zalloc(ROWS * COLUMNS, sizeof(*x));
	float *y = mem_zalloc(ROWS, sizeof(*y));
	struct random r;
	struct trees *t;

	random_seed(&r, 5, 0);
	for (size_t i = 0; i < ROWS * COLUMNS; i++)
		x[i] = random_below(&r, 9) ? (float)random_normal(&r) : NAN;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = sinf(x[i * COLUMNS + 3]) + (float)random_normal(&r);
	p.rounds = 6;
	p.depth = 8;
	p.threads = threads;
	p.columns = 1;
	if (binned) {
		struct trees_rows *rows =
		    trees_rows_new(x, ROWS, COLUMNS, p.bins, threads, NULL);

		free(x);
		x = NULL;
		t = trees_fit_rows(&p, rows, y, NULL, NULL);
		trees_rows_free(rows);
	} else {
		t = trees_fit(&p, x, y, NULL, ROWS, COLUMNS, NULL);
	}
	free(x);
	free(y);
	return t;
}

static void same_for_any_threads(void **state)
{
	struct str a = { 0 }, b = { 0 };

	(void)state;
	for (int threads = 1; threads <= 3; threads++) {
		struct trees *t = fit_with(threads, threads == 3);
		char *path = written(t);

		test_load(path, threads == 1 ? &a : &b);
		if (threads > 1) {
			assert_int_equal(a.n, b.n);
			assert_memory_equal(a.p, b.p, a.n);
		}
		unlink(path);
		free(path);
		trees_free(t);
	}
	str_release(&a);
	str_release(&b);
}

static void pack_round_trip(void **state)
{
	static float x[N * DIMS], y[N];
	struct trees *t, *v;
	struct pack *p;
	struct err err = { 0 };
	char *path;

	(void)state;
	make_rows(x, y, 3);
	t = trees_fit(&trees_usual, x, y, NULL, N, DIMS, NULL);
	path = written(t);
	p = pack_open(path, "test", 1, NULL);
	v = trees_view(p, "a", NULL);
	assert_non_null(v);
	for (size_t i = 0; i < N; i++)
		assert_true(trees_predict(t, x + i * DIMS) ==
			    trees_predict(v, x + i * DIMS));
	trees_free(v);
	assert_null(trees_view(p, "b", &err));
	assert_status(&err, ERR_DATA);
	pack_close(p);
	trees_free(t);
	unlink(path);
	free(path);
}

/* A pack of the damaged sections: either refused, or every walk ends within. */
struct damaged {
	struct span trees, nodes;
	bool of_nodes;
	size_t tried, refused;
};

static void use_damaged(struct span bytes, void *ctx)
{
	struct damaged *d = ctx;
	char *path = test_path("bad.pack");
	FILE *f = fopen(path, "w+");
	struct pack_writer *w = pack_writer_new(f, "test", 1, NULL);
	struct span trees = d->of_nodes ? d->trees : bytes;
	struct span nodes = d->of_nodes ? bytes : d->nodes;
	float x[DIMS] = { 0, NAN, 3, -3, INFINITY };
	struct pack *p;
	struct trees *t;

	pack_section(w, "a.trees", trees.p, trees.n, NULL);
	pack_section(w, "a.nodes", nodes.p, nodes.n, NULL);
	pack_writer_end(w, NULL, NULL);
	fclose(f);
	p = pack_open(path, "test", 1, NULL);
	t = trees_view(p, "a", NULL);
	d->tried++;
	d->refused += !t;
	if (t && trees_dims(t) <= DIMS)
		assert_true(isfinite(trees_predict(t, x)));
	trees_free(t);
	pack_close(p);
	unlink(path);
	free(path);
}

static void damaged_packs(void **state)
{
	static float x[N * DIMS], y[N];
	struct trees_params params = trees_usual;
	struct damaged d = { 0 };
	struct trees *t;
	struct pack *p;
	char *path;

	(void)state;
	make_rows(x, y, 3);
	params.rounds = 3;
	t = trees_fit(&params, x, y, NULL, N, DIMS, NULL);
	path = written(t);
	p = pack_open(path, "test", 1, NULL);
	d.trees = pack_get(p, "a.trees");
	d.nodes = pack_get(p, "a.nodes");
	damage_cut(d.trees, 3, use_damaged, &d);
	assert_int_equal(d.tried, d.refused);
	damage_each(d.trees, 0, SIZE_MAX, use_damaged, &d);
	d.of_nodes = true;
	damage_cut(d.nodes, 5, use_damaged, &d);
	damage_each(d.nodes, 0, 160, use_damaged, &d);
	damage_some(d.nodes, 200, 7, use_damaged, &d);
	assert_true(d.refused > 200 && d.refused < d.tried);
	pack_close(p);
	trees_free(t);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_stump),
		cmocka_unit_test(weights_and_ridge),
		cmocka_unit_test(missing_values),
		cmocka_unit_test(learns),
		cmocka_unit_test(monotone),
		cmocka_unit_test(nothing_to_fit),
		cmocka_unit_test(extreme_values),
		cmocka_unit_test(same_for_any_threads),
		cmocka_unit_test(pack_round_trip),
		cmocka_unit_test(damaged_packs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
