/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Refitted weights against the closed form of one term; spread by applying. */
#include "testing.h"

#include <math.h>

#include "corpus/moodfit.h"

enum { ROWS = 40 };

/* Parses a table and binds it to the columns x, y. */
static void formula_of(struct moodformula *f, const char *tsv)
{
	struct feat_schema s = { 0 };
	struct err err = { 0 };

	feat_schema_add(&s, "x", "1");
	feat_schema_add(&s, "y", "1");
	if (moodformula_parse(f, span_of(tsv), "table", &err) ||
	    moodformula_bind(f, &s, "features", &err))
		fail_msg("%s", err.message);
	feat_schema_release(&s);
}

/* One term: slope = Sxy / (Sxx + ridge), whatever the sign. */
static void test_one_term(void **state)
{
	struct moodformula f, out;
	struct moodfit fit = { .formula = &f };
	struct str table = { 0 };
	struct err err = { 0 };
	double sx = 0, sv = 0, sa = 0, sxx = 0, sxv = 0, sxa = 0, bv, ba;
	uint64_t rng = 3;

	(void)state;
	formula_of(&f, "t\tx\t-\tramp\t0\t4\t1\t1\n");
	for (int i = 0; i < ROWS; i++) {
		float values[2] = { (float)rng_below(&rng, 401) / 100, 0 };
		double x = (double)values[0] / 4;
		double v = (double)rng_below(&rng, 201) / 100 - 1;
		double a = 0.5 - x;

		if (i == 7) {
			values[0] = NAN;
			x = 0.5; /* missing: the middle */
		}
		moodfit_add(&fit, values, v, a);
		sx += x;
		sv += v;
		sa += a;
		sxx += x * x;
		sxv += x * v;
		sxa += x * a;
	}
	bv = (sxv - sx * sv / ROWS) / (sxx - sx * sx / ROWS + MOODFIT_RIDGE);
	ba = (sxa - sx * sa / ROWS) / (sxx - sx * sx / ROWS + MOODFIT_RIDGE);
	assert_true(ba < 0);
	assert_int_equal(moodfit_write(&fit, &table, &err), 0);
	formula_of(&out, str_z(&table));
	assert_int_equal((int)out.count, 2);
	for (int i = 0; i <= 4; i++) {
		float values[2] = { (float)i, 0 }, v, a;
		double x = i / 4.0;

		assert_true(moodformula_apply(&out, values, &v, &a));
		assert_true(fabs((double)v -
				 (sv + bv * (x * ROWS - sx)) / ROWS) < 4e-4);
		assert_true(fabs((double)a -
				 (sa + ba * (x * ROWS - sx)) / ROWS) < 4e-4);
	}
	str_release(&table);
	moodfit_release(&fit);
}

static void test_refusals(void **state)
{
	struct moodformula f;
	struct moodfit fit = { .formula = &f };
	struct str table = { 0 };
	struct err err = { 0 };
	const float values[2] = { 1, 1 };

	(void)state;
	formula_of(&f, "t\tx\t-\tramp\t0\t4\t1\t1\n");
	for (int i = 0; i < 10; i++) {
		assert_int_equal(moodfit_write(&fit, &table, &err), -1);
		assert_status(&err, ERR_DATA);
		moodfit_add(&fit, values, 0, 0);
	}
	assert_int_equal((int)table.n, 0);
	assert_int_equal(moodfit_write(&fit, &table, &err), 0);
	str_reset(&table);
	for (int i = 0; i <= MOODFORMULA_TERMS / 2; i++)
		str_puts(&table, "t\tx\t-\tramp\t0\t4\t1\t1\n");
	moodfit_release(&fit);
	formula_of(&f, str_z(&table));
	fit.formula = &f;
	for (int i = 0; i < 100; i++)
		moodfit_add(&fit, values, 0, 0);
	assert_int_equal(moodfit_write(&fit, &table, &err), -1);
	assert_status(&err, ERR_DATA);
	str_release(&table);
	moodfit_release(&fit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_term),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
