/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "corpus/moodcheck.h"
#include "corpus/moodmodelfit.h"
#include "io/pack.h"
#include "math/random.h"

enum { DIMS = 30, TRACKS = 300 };

/* Valence is the sign of what c0 and c1 say together, arousal that of c2. */
static void make(struct moodset *s, struct feat_schema *schema)
{
	char name[FEAT_NAME];
	struct err err;

	*schema = (struct feat_schema){ .stage = "test" };
	*s = (struct moodset){ .count = 0 };
	for (int c = 0; c < DIMS; c++) {
		snprintf(name, sizeof(name), "c%d", c);
		feat_schema_add(schema, name, "1")->version = 3;
	}
	assert_int_equal(moodset_bind(s, SPAN("c*"), "list", schema, &err), 0);
	for (uint64_t i = 0; i < TRACKS; i++) {
		struct random r;
		float v[DIMS];

		random_seed(&r, 11, i);
		for (int c = 0; c < DIMS; c++)
			v[c] = (float)(100 + 5 * random_normal(&r));
		snprintf(name, sizeof(name), "g%d", (int)(i / 3));
		moodset_add(s, v, v[0] + v[1] > 200 ? 1 : -1,
			    v[2] > 100 ? 1 : -1, span_of(name));
		if (i % 7 == 0)
			s->values[s->count * DIMS - 1] = NAN;
	}
}

static double figure(const struct str *report, const char *name)
{
	const char *at = strstr(report->p, name);

	assert_non_null(at);
	return atof(at + strlen(name));
}

static void test_folds(void **state)
{
	struct feat_schema schema;
	struct moodset s;
	struct moodmodel_guess g[TRACKS], again[TRACKS];
	struct str report = { 0 };
	struct err err;

	(void)state;
	make(&s, &schema);
	assert_int_equal(moodcheck_folds(&s, 4, 1, 1, g, &err), 0);
	assert_int_equal(moodcheck_folds(&s, 4, 1, 3, again, &err), 0);
	assert_memory_equal(g, again, sizeof(g));
	moodcheck_figures(&s, g, "x", &report);
	assert_true(figure(&report, "x\taccuracy\t") > 0.7);
	assert_true(figure(&report, "x\tmacro-f1\t") > 0.7);
	assert_true(figure(&report, "x\tvalence-half\t") > 0.8);
	assert_true(figure(&report, "x\tarousal-half\t") > 0.85);
	assert_true(figure(&report, "x\tarousal-r\t") > 0.6);
	assert_true(figure(&report, "x\tlog-loss\t") < 0.9);
	assert_true(figure(&report, "x\tgroups\t") == 100);
	for (int i = 0; i < TRACKS; i++) {
		float sum = 0;

		for (int q = 0; q < 4; q++)
			sum += g[i].quadrant[q];
		assert_true(fabsf(sum - 1) < 1e-5f);
		assert_true(g[i].valence_spread > 0.3f &&
			    g[i].valence_spread < 1);
	}
	str_release(&report);
	moodset_release(&s);
	feat_schema_release(&schema);
}

/* Figures of guesses that are known. */
static void test_figures(void **state)
{
	struct feat_schema schema = { .stage = "test" };
	struct moodset s = { 0 };
	struct moodmodel_guess g[4] = { { .quadrant = { 1 } } };
	struct str report = { 0 };
	float one = 1;
	struct err err;

	(void)state;
	feat_schema_add(&schema, "c", "1");
	assert_int_equal(moodset_bind(&s, SPAN("c"), "l", &schema, &err), 0);
	moodset_add(&s, &one, 1, 1, SPAN("a"));
	moodset_add(&s, &one, 1, 0.5, SPAN("a"));
	moodset_add(&s, &one, -1, 1, SPAN("b"));
	moodset_add(&s, &one, 0, -1, SPAN("c"));
	for (int i = 0; i < 4; i++) {
		g[i].valence = 0.5f;
		g[i].arousal = i == 3 ? -0.5f : 0.5f;
		g[i].quadrant[0] = 1;
	}
	moodcheck_figures(&s, g, "x", &report);
	assert_true(figure(&report, "x\taccuracy\t") == 0.5);
	/* by groups: +1, -0.5 and -0.5 off the mean, over 4 */
	assert_true(fabs(figure(&report, "x\taccuracy-error\t") - 0.3062) <
		    1e-4);
	/* Q1 2/3, Q2 0, Q3 0 */
	assert_true(fabs(figure(&report, "x\tmacro-f1\t") - 0.2222) < 1e-4);
	assert_true(fabs(figure(&report, "x\tvalence-half\t") - 0.6667) < 1e-4);
	assert_true(figure(&report, "x\tarousal-half\t") == 1);
	assert_true(figure(&report, "x\tQ1-as-Q1\t") == 1);
	str_reset(&report);
	moodcheck_majority(&s, "m", &report);
	assert_true(figure(&report, "m\taccuracy\t") == 0.5);
	assert_true(figure(&report, "m\tarousal-half\t") == 0.75);
	str_reset(&report);
	moodcheck_formula(&s, "f", &report); /* says nothing: Q3 */
	assert_true(figure(&report, "f\taccuracy\t") == 0.25);
	str_release(&report);
	moodset_release(&s);
	feat_schema_release(&schema);
}

static void fit_to(const char *path, const struct moodset *s, int threads)
{
	struct moodmodelfit f = { .weights = NULL };
	uint32_t rows[TRACKS];
	FILE *out = fopen(path, "wb");
	struct err err;

	assert_non_null(out);
	for (uint32_t i = 0; i < TRACKS; i++)
		rows[i] = i;
	assert_int_equal(moodmodelfit(&f, s, rows, TRACKS, threads, &err), 0);
	assert_int_equal(moodmodelfit_write(&f, out, &err), 0);
	fclose(out);
	moodmodelfit_release(&f);
}

/* A model read again tells what it learnt; it knows its columns by name and
 * version, and does not guess from nothing. */
static void test_model(void **state)
{
	char path[] = "/tmp/moodmodelXXXXXX", other[] = "/tmp/moodmodelXXXXXX";
	struct feat_schema schema, turned = { .stage = "test" };
	struct moodset s;
	struct moodmodel *m, *n;
	struct moodmodel_guess g;
	struct err err;
	float v[DIMS];
	int right = 0;

	(void)state;
	close(mkstemp(path));
	close(mkstemp(other));
	make(&s, &schema);
	fit_to(path, &s, 1);
	fit_to(other, &s, 2);
	m = moodmodel_open(path, &err);
	n = moodmodel_open(other, &err);
	assert_non_null(m);
	assert_non_null(n);
	assert_memory_equal(moodmodel_digest(m), moodmodel_digest(n),
			    HASH_SIZE);
	assert_int_equal(moodmodel_rows(m), TRACKS);
	for (int c = DIMS - 1; c >= 0; c--)
		feat_schema_add(&turned, schema.columns[c].name, "1")->version =
		    3;
	assert_int_equal(moodmodel_bind(m, &turned, "f", &err), 0);
	for (size_t i = 0; i < TRACKS; i++) {
		for (int c = 0; c < DIMS; c++)
			v[DIMS - 1 - c] = s.values[i * DIMS + (size_t)c];
		assert_true(moodmodel_apply(m, v, &g));
		right += (g.arousal > 0) == (s.rows[i].arousal > 0);
		assert_true(fabsf(g.valence) <= 1);
	}
	assert_true(right > TRACKS * 9 / 10);
	for (int c = 0; c < DIMS; c++)
		v[c] = NAN;
	assert_false(moodmodel_apply(m, v, &g));
	for (int c = 0; c < DIMS; c++)
		v[c] = c % 2 ? INFINITY : -INFINITY;
	assert_true(moodmodel_apply(m, v, &g));
	assert_true(isfinite(g.valence) && isfinite(g.quadrant[0]));
	for (int c = 0; c < DIMS; c++)
		turned.columns[c].version = 4;
	assert_int_equal(moodmodel_bind(m, &turned, "f", &err), -1);
	assert_int_equal(err.status, ERR_DATA);
	moodmodel_close(m);
	moodmodel_close(n);
	unlink(path);
	unlink(other);
	moodset_release(&s);
	feat_schema_release(&schema);
	feat_schema_release(&turned);
}

/* Packs whose sections do not fit each other. */
static void test_damaged(void **state)
{
	struct moodmodel_head heads[4] = {
		{ .dims = 0, .projections = 4, .sharpness = 1 },
		{ .dims = 1u << 30, .projections = 4, .sharpness = 1 },
		{ .dims = 1, .projections = 0, .sharpness = 1 },
		{ .dims = 1, .projections = 4, .sharpness = NAN },
	};
	struct moodmodel_column column;
	float weights[48] = { 0 }; /* of 8 projections, a width of 7 ramps */

	(void)state;
	memset(&column, 'x', sizeof(column)); /* a name without end */
	for (int i = 0; i < 6; i++) {
		char path[] = "/tmp/moodmodelXXXXXX";
		struct moodmodel_head fine = { .dims = 1,
					       .projections = 4,
					       .sharpness = 1 };
		int fd = mkstemp(path);
		FILE *out = fdopen(fd, "w+b");
		struct err err;
		struct pack_writer *w = pack_writer_new(
		    out, MOODMODEL_KIND, MOODMODEL_VERSION, &err);

		if (i == 5)
			column = (struct moodmodel_column){ .name = "c" };
		pack_section(w, "head", i < 4 ? &heads[i] : &fine, sizeof(fine),
			     &err);
		pack_section(w, "columns", &column, sizeof(column), &err);
		pack_section(w, "weights", weights, sizeof(weights) - 4, &err);
		assert_int_equal(pack_writer_end(w, NULL, &err), 0);
		fclose(out);
		assert_null(moodmodel_open(path, &err));
		assert_int_equal(err.status, ERR_DATA);
		unlink(path);
	}
}

/* The square of the distance of two codes: weight^2 |x - y| between ends of
 * steps, less by half a step at most elsewhere (a quarter for either end), held
 * beyond the ramps. */
static void test_codes(void **state)
{
	const float end = MOODMODEL_STEP * MOODMODEL_RAMPS / 2;
	const float weight = 1.5f;

	(void)state;
	for (int i = -40; i <= 40; i++)
		for (int k = -40; k <= 40; k++) {
			float x = (float)i / 10, y = (float)k / 10;
			float a[MOODMODEL_RAMPS], b[MOODMODEL_RAMPS];
			float apart, square = 0;

			moodmodel_code(x, weight, a);
			moodmodel_code(y, weight, b);
			for (int r = 0; r < MOODMODEL_RAMPS; r++)
				square += (a[r] - b[r]) * (a[r] - b[r]);
			x = fmaxf(-end, fminf(end, x));
			y = fmaxf(-end, fminf(end, y));
			apart = weight * weight * fabsf(x - y);
			assert_true(square <= apart + 1e-4f);
			assert_true(square >=
				    apart -
					weight * weight * MOODMODEL_STEP / 2 -
					1e-4f);
			if ((i + 28) % 8 == 0 && (k + 28) % 8 == 0)
				assert_true(fabsf(square - apart) < 1e-4f);
		}
}

/* Families weigh as the root of how many columns they have: c0, taken out of the
 * one that all are in, gains on the others what they share. */
static void test_families(void **state)
{
	struct moodmodelfit one = { .weights = NULL },
			    two = { .weights = NULL };
	struct feat_schema schema;
	struct moodset s;
	uint32_t rows[TRACKS];
	struct err err;
	double ratio[2];

	(void)state;
	make(&s, &schema);
	for (uint32_t i = 0; i < TRACKS; i++)
		rows[i] = i;
	assert_int_equal(moodmodelfit(&one, &s, rows, TRACKS, 1, &err), 0);
	s.family[0] = 1; /* c0 leaves the other 29 */
	table_put(&s.families, SPAN("alone"));
	assert_int_equal(moodmodelfit(&two, &s, rows, TRACKS, 1, &err), 0);
	ratio[0] = (double)(one.columns[0].weight / one.columns[1].weight);
	ratio[1] = (double)(two.columns[0].weight / two.columns[1].weight);
	/* squares weigh: the ratio of c0 rises by the fourth root of 29 */
	assert_true(fabs(ratio[1] / ratio[0] - pow(DIMS - 1, 0.25)) < 1e-4);
	moodmodelfit_release(&one);
	moodmodelfit_release(&two);
	moodset_release(&s);
	feat_schema_release(&schema);
}

/* A model that an earlier release fitted. */
static void test_old(void **state)
{
	char path[] = "/tmp/moodmodelXXXXXX";
	FILE *out = fdopen(mkstemp(path), "w+b");
	struct err err;
	struct pack_writer *w =
	    pack_writer_new(out, MOODMODEL_KIND, MOODMODEL_VERSION - 1, &err);

	(void)state;
	assert_int_equal(pack_section(w, "head", "", 0, &err), 0);
	assert_int_equal(pack_writer_end(w, NULL, &err), 0);
	fclose(out);
	assert_null(moodmodel_open(path, &err));
	assert_int_equal(err.status, ERR_DATA);
	assert_non_null(strstr(err.message, "train mood"));
	unlink(path);
}

static void test_too_little(void **state)
{
	struct moodmodelfit f = { .weights = NULL };
	struct feat_schema schema;
	struct moodset s;
	uint32_t rows[TRACKS];
	struct err err;

	(void)state;
	make(&s, &schema);
	for (uint32_t i = 0; i < TRACKS; i++)
		rows[i] = i;
	assert_int_equal(moodmodelfit(&f, &s, rows, 12, 1, &err), -1);
	assert_string_equal(err.code, "few");
	moodmodelfit_release(&f);
	for (size_t i = 0; i < s.count; i++)
		s.rows[i].arousal = 1;
	assert_int_equal(moodmodelfit(&f, &s, rows, TRACKS, 1, &err), -1);
	assert_string_equal(err.code, "labels");
	moodmodelfit_release(&f);
	moodset_release(&s);
	feat_schema_release(&schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folds), cmocka_unit_test(test_figures),
		cmocka_unit_test(test_model), cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_codes), cmocka_unit_test(test_families),
		cmocka_unit_test(test_old),   cmocka_unit_test(test_too_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
