/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "audio/features.h"
#include "corpus/soundrow.h"

static void test_row(void **state)
{
	struct soundrow s;
	struct err err;
	struct feat_row *row;
	int energy;

	(void)state;
	assert_int_equal(soundrow_open(&s, FEATURES_SECONDS, &err), 0);
	energy = feat_schema_find(&s.schema, "energy");
	assert_true(energy >= 0);
	/* the version is the table's */
	assert_int_not_equal(s.schema.columns[energy].version, 0);
	row = feat_row_new(&s.schema);
	for (size_t i = 0; i < s.schema.count; i++)
		if (features_group(i) != FEATURES_DESCRIPTORS)
			row->values[i] = 0.5F;
	row->status = FEAT_OK;
	soundrow_finish(&s, row);
	assert_true(row->values[energy] > 0 && row->values[energy] < 1);
	assert_true(feat_bit(row->measured, (size_t)energy));
	assert_int_equal(row->method, FEAT_METHOD_MEASURED);
	assert_true(row->confidence == 1);
	/* Of what has no values nothing follows. */
	feat_row_clear(row, &s.schema);
	row->status = FEAT_SILENT;
	soundrow_finish(&s, row);
	assert_true(isnan(row->values[energy]));
	assert_false(feat_bit(row->measured, (size_t)energy));
	assert_int_equal(row->method, FEAT_METHOD_NONE);
	feat_row_free(row);
	soundrow_close(&s);
}

/* A missing or foreign table is an error that names it. */
static void test_table(void **state)
{
	const char *was = getenv("MOODPIPE_DATA");
	char *data = mem_strdup(was ? was : MOODPIPE_DATA);
	char *dir = test_path("nowhere");
	struct soundrow s;
	struct err err;

	(void)state;
	setenv("MOODPIPE_DATA", dir, 1);
	assert_int_equal(soundrow_open(&s, 30, &err), -1);
	assert_int_equal(err.status, ERR_ENV);
	assert_non_null(strstr(err.message, "descriptors.tsv"));
	soundrow_close(&s);
	setenv("MOODPIPE_DATA", data, 1);
	free(data);
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_row),
					    cmocka_unit_test(test_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
