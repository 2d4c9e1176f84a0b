/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "index/displayrow.h"

static void test_row(void **state)
{
	struct feat_schema s = { .stage = "test" };
	struct displayed d = { .measured = 255 };
	int column[DISPLAY_FEATURES];
	struct feat_row *row;

	(void)state;
	feat_schema_add(&s, "key", "");
	feat_schema_add(&s, "bpm", "");
	feat_schema_add(&s, "rms_mean", "");
	feat_schema_add(&s, "rms", "");
	feat_schema_add(&s, "loudness", "");
	displayrow_columns(&s, column);
	assert_int_equal(column[DISPLAY_TEMPO], 1);
	assert_int_equal(column[DISPLAY_ENERGY], 2);
	assert_int_equal(column[DISPLAY_KEY], 0);
	assert_int_equal(column[DISPLAY_MODE], -1);
	assert_int_equal(column[DISPLAY_LOUDNESS], 4);
	row = feat_row_new(&s);
	row->values[0] = 7;
	row->values[1] = 120;
	row->values[2] = 0.1F;
	row->values[3] = 9;
	row->values[4] = INFINITY;
	feat_set_bit(row->measured, 1);
	feat_set_bit(row->measured, 4);
	displayrow_read(row, column, &d);
	assert_int_equal(d.measured, 1 << DISPLAY_TEMPO);
	assert_true(d.value[DISPLAY_TEMPO] == 120);
	assert_true(d.value[DISPLAY_ENERGY] == 0.2F);
	assert_true(d.value[DISPLAY_KEY] == 7);
	assert_true(isnan(d.value[DISPLAY_MODE]));
	assert_true(isnan(d.value[DISPLAY_LOUDNESS]));
	row->values[2] = 3;
	displayrow_read(row, column, &d);
	assert_true(d.value[DISPLAY_ENERGY] == 1);
	feat_row_free(row);
	feat_schema_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_row) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
