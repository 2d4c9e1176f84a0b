/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "corpus/seen.h"
#include "testing.h"

static void test_file(void **state)
{
	char *path = test_path("seen");
	struct seen s = { 0 }, again = { 0 };
	struct err err = { 0 };
	struct str bytes = { 0 };

	(void)state;
	unlink(path);
	assert_int_equal(seen_load(&s, path, false, &err), -1);
	assert_int_equal(err.status, ERR_ENV);
	err = (struct err){ 0 };
	assert_int_equal(seen_load(&s, path, true, &err), 0);
	assert_false(seen_has(&s, SPAN("mp1")));
	assert_int_equal(seen_append(&s, path, SPAN("mp1\nmp2\n"), &err), 0);
	assert_true(seen_has(&s, SPAN("mp1")) && seen_has(&s, SPAN("mp2")));
	assert_int_equal(seen_append(&s, path, SPAN(""), &err), 0);
	assert_int_equal(seen_append(&s, path, SPAN("mp3\n"), &err), 0);
	test_load(path, &bytes);
	assert_true(span_is(span_str(&bytes), "mp1\nmp2\nmp3\n"));
	/* a writer was stopped within a line: what follows is its own line */
	test_save(path, "mp1\r\n\nmp", 8);
	assert_int_equal(seen_load(&again, path, false, &err), 0);
	assert_true(seen_has(&again, SPAN("mp1")));
	assert_false(seen_has(&again, SPAN("mp3")));
	assert_int_equal(seen_append(&again, path, SPAN("mp9\n"), &err), 0);
	str_reset(&bytes);
	test_load(path, &bytes);
	assert_true(span_is(span_str(&bytes), "mp1\r\n\nmp\nmp9\n"));
	unlink(path);
	assert_int_equal(
	    seen_append(&s, "/dev/null/nowhere", SPAN("x\n"), &err), -1);
	assert_int_equal(err.status, ERR_ENV);
	/* a full disk is called by its name, and nothing is taken for seen */
	errno = 0;
	assert_int_equal(seen_append(&s, "/dev/full", SPAN("y\n"), &err), -1);
	assert_non_null(strstr(err.message, strerror(ENOSPC)));
	assert_false(seen_has(&s, SPAN("y")));
	seen_release(&s);
	seen_release(&again);
	str_release(&bytes);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_file) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
