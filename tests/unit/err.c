/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <errno.h>

static void fills_all(void **state)
{
	struct err e = { .retry = true };

	(void)state;
	assert_int_equal(err_set(&e, ERR_DATA, "x", "%s:%d", "f", 3), -1);
	assert_status(&e, ERR_DATA);
	assert_string_equal(e.code, "x");
	assert_string_equal(e.message, "f:3");
	assert_false(e.retry);
}

static void null_is_welcome(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, ERR_DATA, "x", "y"), -1);
	assert_int_equal(err_errno(NULL, "y"), -1);
	assert_int_equal(err_prefix(NULL, "y"), -1);
}

static void errno_is_named(void **state)
{
	struct err e = { 0 };

	(void)state;
	errno = ENOENT;
	assert_int_equal(err_errno(&e, "cannot open %s", "a"), -1);
	assert_status(&e, ERR_ENV);
	assert_string_equal(e.message,
			    "cannot open a: No such file or directory");
}

static void prefix_keeps_status(void **state)
{
	struct err e = { 0 };

	(void)state;
	err_set(&e, ERR_DATA, "x", "bad");
	assert_int_equal(err_prefix(&e, "file:%d", 7), -1);
	assert_string_equal(e.message, "file:7: bad");
	assert_status(&e, ERR_DATA);
}

/* Too long a text is cut, never overrun, and has its end. */
static void long_messages(void **state)
{
	char big[2000];
	struct err e = { 0 };
	int i;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	err_set(&e, ERR_DATA, "x", "%s", big);
	assert_int_equal(strlen(e.message), sizeof(e.message) - 1);
	for (i = 0; i < 5; i++)
		err_prefix(&e, "%s", big);
	assert_int_equal(strlen(e.message), sizeof(e.message) - 1);
	errno = EIO;
	err_errno(&e, "%s", big);
	assert_int_equal(strlen(e.message), sizeof(e.message) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_all),
		cmocka_unit_test(null_is_welcome),
		cmocka_unit_test(errno_is_named),
		cmocka_unit_test(prefix_keeps_status),
		cmocka_unit_test(long_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
