/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "learn/pca.h"
#include "math/random.h"
#include "math/vector.h"

enum { COLUMNS = 12, KEY = 10, MODE = 11 };

static void schema_init(struct feat_schema *s)
{
	char name[FEAT_NAME];
	int i;

	*s = (struct feat_schema){ .stage = "test" };
	for (i = 0; i < KEY; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		feat_schema_add(s, name, "");
	}
	feat_schema_add(s, "key", "");
	feat_schema_add(s, "mode", "");
}

/* Two hidden numbers behind c0..c7; c8 is constant, c9 mostly missing. */
static void make_row(struct feat_row *row, const struct feat_schema *s,
		     uint64_t i)
{
	struct random r;
	double a, b;
	int k;

	feat_row_reset(row, s);
	random_seed(&r, 3, i);
	a = random_normal(&r);
	b = random_normal(&r);
	for (k = 0; k < 8; k++)
		row->values[k] = (float)(1000 + (k % 2 ? a : 50 * b) * (1 + k) +
					 1e-3 * random_normal(&r));
	row->values[8] = 0.1f;
	if (i % 10 == 0)
		row->values[9] = (float)i;
	row->values[KEY] = (float)(i % 12);
	row->values[MODE] = (float)(i / 12 % 2);
	row->key = i;
	row->status = FEAT_OK;
	row->method = FEAT_METHOD_MEASURED;
	row->confidence = 1;
	feat_row_mark(row, s, false);
}

static char *rows_file(uint64_t n, enum feat_method method)
{
	char *path = mem_strdup("/tmp/moodpipe-pca-XXXXXX");
	FILE *f = fdopen(mkstemp(path), "w+");
	struct feat_schema s;
	struct feat_writer *w;
	struct feat_row *row;
	uint64_t i;

	schema_init(&s);
	w = feat_writer_new(f, &s, NULL);
	row = feat_row_new(&s);
	for (i = 0; i < n; i++) {
		make_row(row, &s, i);
		row->method = (uint8_t)method;
		assert_int_equal(feat_write(w, row, NULL), 0);
	}
	assert_int_equal(feat_writer_end(w, NULL), 0);
	fclose(f);
	feat_row_free(row);
	feat_schema_release(&s);
	return path;
}

static char *fitted(const char *const *paths, size_t n, double power)
{
	char *path = mem_strdup("/tmp/moodpipe-pca-XXXXXX");
	FILE *f = fdopen(mkstemp(path), "w+");
	uint64_t seen, used;
	struct err err = { 0 };

	assert_int_equal(pca_fit(paths, n, power, f, &seen, &used, NULL, &err),
			 0);
	fclose(f);
	return path;
}

static void drop(char *path)
{
	unlink(path);
	free(path);
}

struct fixture {
	char *rows, *model;
	struct pack *pack;
	struct pca *pca;
	struct feat_schema schema;
	struct pca_view view;
	struct feat_row *row;
};

static void open_fixture(struct fixture *f, uint64_t n, enum feat_method method)
{
	const char *paths[1];

	f->rows = rows_file(n, method);
	paths[0] = f->rows;
	f->model = fitted(paths, 1, 0);
	f->pack = pack_open(f->model, PCA_KIND, PCA_VERSION, NULL);
	f->pca = pca_open(f->pack, NULL);
	assert_non_null(f->pca);
	schema_init(&f->schema);
	assert_int_equal(pca_bind(f->pca, &f->schema, "x", &f->view, NULL), 0);
	f->row = feat_row_new(&f->schema);
}

static void close_fixture(struct fixture *f)
{
	feat_row_free(f->row);
	pca_view_release(&f->view);
	feat_schema_release(&f->schema);
	pca_free(f->pca);
	pack_close(f->pack);
	drop(f->model);
	drop(f->rows);
}

/* All eight columns follow two numbers: rows with the same two are alike
 * whatever their scale, and an opposite row is opposite. */
static void recovers_the_hidden_plane(void **state)
{
	struct fixture f;
	float x[PCA_DIM], y[PCA_DIM];
	int k;

	(void)state;
	open_fixture(&f, 400, FEAT_METHOD_MEASURED);
	feat_row_reset(f.row, &f.schema);
	for (k = 0; k < 8; k++)
		f.row->values[k] =
		    (float)(1000 + (k % 2 ? 0.5 : -25) * (1 + k));
	assert_int_equal(pca_apply(f.pca, &f.view, f.row->values, x), 0);
	for (k = 0; k < 8; k++)
		f.row->values[k] = 2000 - f.row->values[k];
	assert_int_equal(pca_apply(f.pca, &f.view, f.row->values, y), 0);
	assert_true(fabsf(vector_dot(x, x, PCA_DIM) - 1) < 1e-5f);
	assert_true(vector_dot(x, y, PCA_DIM) < -0.9f);
	/* nearly all of it lies in few components */
	assert_true(vector_dot(x, x, 2) > 0.98f);
	close_fixture(&f);
}

static void key_is_a_circle(void **state)
{
	struct fixture f;
	float c[PCA_DIM], g[PCA_DIM], fis[PCA_DIM], am[PCA_DIM];

	(void)state;
	open_fixture(&f, 480, FEAT_METHOD_MEASURED);
	feat_row_reset(f.row, &f.schema);
	f.row->values[MODE] = 1;
	f.row->values[KEY] = 0;
	pca_apply(f.pca, &f.view, f.row->values, c);
	f.row->values[KEY] = 7;
	pca_apply(f.pca, &f.view, f.row->values, g);
	f.row->values[KEY] = 6;
	pca_apply(f.pca, &f.view, f.row->values, fis);
	assert_true(vector_dot(c, g, PCA_DIM) >
		    vector_dot(c, fis, PCA_DIM) + 0.3f);
	/* A minor is as near to C major as the mode lets it */
	f.row->values[MODE] = 0;
	f.row->values[KEY] = 9;
	pca_apply(f.pca, &f.view, f.row->values, am);
	f.row->values[KEY] = 0;
	pca_apply(f.pca, &f.view, f.row->values, fis);
	assert_true(vector_dot(c, am, PCA_DIM) > vector_dot(c, fis, PCA_DIM));
	close_fixture(&f);
}

static void odd_values_do_no_harm(void **state)
{
	struct fixture f;
	float x[PCA_DIM];
	int k;

	(void)state;
	open_fixture(&f, 30, FEAT_METHOD_MEASURED);
	feat_row_reset(f.row, &f.schema);
	assert_int_equal(pca_apply(f.pca, &f.view, f.row->values, x), -1);
	assert_true(isnan(x[0]));
	f.row->values[0] = 1e30f;
	f.row->values[1] = INFINITY;
	f.row->values[8] = 55;
	f.row->values[KEY] = 99;
	assert_int_equal(pca_apply(f.pca, &f.view, f.row->values, x), 0);
	for (k = 0; k < PCA_DIM; k++)
		assert_true(isfinite(x[k]));
	close_fixture(&f);
}

static void only_measured_rows_count(void **state)
{
	struct fixture f;
	float x[PCA_DIM];

	(void)state;
	open_fixture(&f, 20, FEAT_METHOD_NEIGHBOURS);
	assert_true(pca_rows(f.pca) == 0);
	make_row(f.row, &f.schema, 3);
	assert_int_equal(pca_apply(f.pca, &f.view, f.row->values, x), -1);
	close_fixture(&f);
}

static void foreign_columns_are_refused(void **state)
{
	struct fixture f;
	struct feat_schema other = { .stage = "other" };
	struct pca_view view;
	struct err err = { 0 };

	(void)state;
	open_fixture(&f, 20, FEAT_METHOD_MEASURED);
	feat_schema_add(&other, "c0", "");
	assert_int_equal(pca_bind(f.pca, &other, "other.feat", &view, &err),
			 -1);
	assert_int_equal(err.status, ERR_DATA);
	assert_non_null(strstr(err.message, "other.feat"));
	assert_non_null(strstr(err.message, "c1"));
	feat_schema_release(&other);
	close_fixture(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recovers_the_hidden_plane),
		cmocka_unit_test(key_is_a_circle),
		cmocka_unit_test(odd_values_do_no_harm),
		cmocka_unit_test(only_measured_rows_count),
		cmocka_unit_test(foreign_columns_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
