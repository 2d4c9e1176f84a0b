/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/datadir.h"
#include "testing.h"

static int count(void *to, struct span tsv, const char *path, struct err *err)
{
	(void)err;
	*(size_t *)to = tsv.n;
	return path[0] ? 0 : -1;
}

static void test_file(void **state)
{
	struct err err = { 0 };
	size_t n = 0;

	(void)state;
	assert_int_equal(datadir_load("ranking.tsv", count, &n, &err), 0);
	assert_true(n > 100);
	assert_int_equal(datadir_load("nowhere.tsv", count, &n, &err), -1);
	assert_int_equal(err.status, ERR_ENV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
