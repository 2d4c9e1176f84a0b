/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "audio/descriptors.h"
#include "audio/features.h"
#include "io/input.h"

#define REST                                                                   \
	"danceability\tb\tlinear\t0\t1\t1\n"                                   \
	"acousticness\tb\tlinear\t0\t1\t1\n"                                   \
	"speechiness\tb\tlinear\t0\t1\t1\n"                                    \
	"instrumentalness\tb\tlinear\t0\t1\t1\n"                               \
	"liveness\tb\tlinear\t0\t1\t1\n"

static struct span text(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static void schema_of(struct feat_schema *s)
{
	memset(s, 0, sizeof(*s));
	snprintf(s->stage, sizeof(s->stage), "audio");
	feat_schema_add(s, "a", "1");
	feat_schema_add(s, "b", "1");
	for (int i = 0; i < DESCRIPTOR_COUNT; i++)
		feat_schema_add(s, descriptor_name((enum descriptor)i), "1");
}

/* Columns a, b, and what becomes of the six. */
static float values[2 + DESCRIPTOR_COUNT];

static float energy(const char *rows, float a, float b)
{
	struct str table = { 0 };
	struct descriptors d;
	struct feat_schema s;
	struct err err;

	str_puts(&table, rows);
	str_puts(&table, REST);
	schema_of(&s);
	assert_int_equal(descriptors_parse(&d, span_str(&table), "t.tsv", &err),
			 0);
	assert_int_equal(descriptors_bind(&d, &s, "x.feat", &err), 0);
	for (int i = 0; i < DESCRIPTOR_COUNT; i++)
		values[2 + i] = 7;
	values[0] = a;
	values[1] = b;
	descriptors_apply(&d, values);
	assert_true(values[0] == a || isnan(a));
	feat_schema_release(&s);
	str_release(&table);
	return values[2];
}

static float logistic(double x)
{
	return (float)(1 / (1 + exp(-x)));
}

static void test_sum(void **state)
{
	static const char rows[] = "# remark\n"
				   "\n"
				   "energy\ta\tlinear\t10\t2\t0.5\tremark\r\n"
				   "energy\tb\tlinear\t0\t1\t-1\n"
				   "energy\t-\tone\t-\t-\t0.25\n";

	(void)state;
	assert_true(fabsf(energy(rows, 12, 2) - logistic(0.25 + 0.5 - 2)) <
		    1e-6f);
	assert_true(fabsf(values[3] - logistic(2)) < 1e-6f);
	assert_true(fabsf(energy(rows, 10, 0) - logistic(0.25)) < 1e-6f);
}

/* Nothing counts for more than three times its scale, however far off. */
static void test_held(void **state)
{
	static const char rows[] = "energy\ta\tlinear\t0\t1\t1\n";

	(void)state;
	assert_true(fabsf(energy(rows, 1e30f, 0) - logistic(3)) < 1e-6f);
	assert_true(fabsf(energy(rows, -1e30f, 0) - logistic(-3)) < 1e-6f);
	assert_true(energy(rows, INFINITY, 0) == energy(rows, 3, 0));
}

static void test_shapes(void **state)
{
	static const char logs[] = "energy\ta\tlog\t1\t0.5\t1\n",
			  near[] = "energy\ta\tnear\t120\t0.5\t1\n";

	(void)state;
	assert_true(fabsf(energy(logs, expf(1.5f), 0) - logistic(1)) < 1e-6f);
	assert_true(isnan(energy(logs, 0, 0)));
	assert_true(isnan(energy(logs, -1, 0)));
	assert_true(fabsf(energy(near, 120, 0) - logistic(1)) < 1e-6f);
	assert_true(fabsf(energy(near, 240, 0) - logistic(-1)) < 1e-6f);
	assert_true(fabsf(energy(near, 60, 0) - logistic(-1)) < 1e-6f);
	assert_true(isnan(energy(near, 0, 0)));
}

/* What is missing is left out; with less than half the weight there is no
 * answer. */
static void test_missing(void **state)
{
	static const char rows[] = "energy\ta\tlinear\t0\t1\t-0.6\n"
				   "energy\tb\tlinear\t0\t1\t0.4\n";

	(void)state;
	assert_true(fabsf(energy(rows, 1, NAN) - logistic(-0.6)) < 1e-6f);
	assert_true(isnan(values[3]));
	assert_true(isnan(energy(rows, NAN, 1)));
	assert_true(isnan(energy(rows, NAN, NAN)));
}

static void test_broken(void **state)
{
	static const struct {
		const char *rows, *message;
	} cases[] = {
		{ "energy\ta\tlinear\t0\t1\n", "t.tsv:1: descriptor, feature" },
		{ "#\nvalence\ta\tlinear\t0\t1\t1\n",
		  "t.tsv:2: no descriptor \"valence\"" },
		{ "energy\ta\tround\t0\t1\t1\n", "t.tsv:1: shape \"round\"" },
		{ "energy\ta\tlinear\tx\t1\t1\n", "must be numbers" },
		{ "energy\ta\tlinear\t0\t0\t1\n", "above 0" },
		{ "energy\ta\tlinear\t0\t-1\t1\n", "above 0" },
		{ "energy\ta\tlinear\t0\tnan\t1\n", "must be numbers" },
		{ "energy\ta\tlinear\t0\t1\t1e999\n", "must be numbers" },
		{ "energy\ta\tnear\t0\t1\t1\n", "above 0" },
		{ "energy\t\tlinear\t0\t1\t1\n", "name of a feature" },
		{ "energy\tliveness\tlinear\t0\t1\t1\n",
		  "a descriptor cannot be a feature" },
		{ "energy\t-\tone\t-\t-\tmuch\n", "a number as weight" },
		{ "energy\ta\tlinear\t0\t1\t0\n", "nothing tells energy" },
		{ "", "nothing tells energy" },
	};
	struct descriptors d;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str table = { 0 };

		str_puts(&table, cases[i].rows);
		str_puts(&table, REST);
		assert_int_equal(
		    descriptors_parse(&d, span_str(&table), "t.tsv", &err), -1);
		if (!strstr(err.message, cases[i].message))
			fail_msg("\"%s\", not \"%s\"", err.message,
				 cases[i].message);
		str_release(&table);
	}
}

static void test_too_many(void **state)
{
	struct str table = { 0 };
	struct descriptors d;
	struct err err;

	(void)state;
	for (int i = 0; i <= DESCRIPTOR_TERMS; i++)
		str_puts(&table, "energy\ta\tlinear\t0\t1\t1\n");
	assert_int_equal(descriptors_parse(&d, span_str(&table), "t.tsv", &err),
			 -1);
	assert_non_null(strstr(err.message, "more than"));
	str_release(&table);
}

static void test_no_column(void **state)
{
	static const char table[] = "energy\tcolour\tlinear\t0\t1\t1\n" REST;
	struct descriptors d;
	struct feat_schema s;
	struct err err;

	(void)state;
	schema_of(&s);
	assert_int_equal(descriptors_parse(&d, text(table), "t.tsv", &err), 0);
	assert_int_equal(descriptors_bind(&d, &s, "x.feat", &err), -1);
	assert_non_null(strstr(err.message, "x.feat: no column \"colour\""));
	feat_schema_release(&s);
	memset(&s, 0, sizeof(s));
	feat_schema_add(&s, "colour", "1");
	feat_schema_add(&s, "b", "1");
	assert_int_equal(descriptors_bind(&d, &s, "x.feat", &err), -1);
	assert_non_null(strstr(err.message, "no column \"energy\""));
	feat_schema_release(&s);
}

/* The table that is shipped: its features exist, and whatever they are the
 * descriptors are in [0, 1] or missing. */
static void test_shipped(void **state)
{
	struct feat_schema s;
	struct descriptors d;
	struct str table = { 0 };
	struct err err;
	uint64_t seed = 1;
	float *row;

	(void)state;
	assert_int_equal(
	    input_slurp("data/descriptors.tsv", 1 << 20, &table, &err), 0);
	features_schema(&s, FEATURES_SECONDS);
	row = mem_zalloc(s.count, sizeof(*row));
	assert_int_equal(descriptors_parse(&d, span_str(&table), "table", &err),
			 0);
	assert_int_equal(descriptors_bind(&d, &s, "audio.feat", &err), 0);
	for (int round = 0; round < 200; round++) {
		for (uint32_t i = 0; i < s.count; i++) {
			int kind = (int)rng_below(&seed, 8);
			double x = (double)rng_below(&seed, 2000) - 1000;

			row[i] = kind == 0   ? NAN
				 : kind == 1 ? INFINITY
				 : kind == 2 ? 0
					     : (float)(x * exp(x / 100));
		}
		descriptors_apply(&d, row);
		for (int i = 0; i < DESCRIPTOR_COUNT; i++) {
			float v = row[d.column[i]];

			assert_true(isnan(v) || (v >= 0 && v <= 1));
		}
	}
	for (uint32_t i = 0; i < s.count; i++)
		row[i] = NAN;
	descriptors_apply(&d, row);
	for (int i = 0; i < DESCRIPTOR_COUNT; i++)
		assert_true(isnan(row[d.column[i]]));
	free(row);
	str_release(&table);
	feat_schema_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_no_column),
		cmocka_unit_test(test_shipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
