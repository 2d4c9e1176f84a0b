/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "base/hash.h"
#include "io/idmap.h"

static int load(struct idmap *m, const char *text, struct err *e)
{
	char *path = test_path("ids");
	int rc;

	test_save(path, text, strlen(text));
	rc = idmap_load(m, path, e);
	unlink(path);
	free(path);
	return rc;
}

static void in_file_order(void **state)
{
	struct idmap m = { 0 };

	(void)state;
	assert_null(idmap_find(&m, 5));
	assert_int_equal(
	    load(&m, "{\"id\":\"b\"}\n\n{\"error\":{},\"id\":\"a\"}", NULL), 0);
	assert_int_equal(m.count, 2);
	assert_true(m.keys[0] == hash_u64("b", 1));
	assert_true(m.keys[1] == hash_u64("a", 1));
	assert_string_equal(idmap_find(&m, hash_u64("a", 1)), "a");
	assert_string_equal(idmap_find(&m, hash_u64("b", 1)), "b");
	assert_null(idmap_find(&m, hash_u64("c", 1)));
	idmap_release(&m);
}

static void refuses(void **state)
{
	static const char *const bad[] = {
		"{\"id\":\"a\"}\n{\"id\":\"a\"}\n",
		"{\"id\":\"a\"}\n{\"n\":1}\n",
		"{\"id\":\"a\"}\n{\"id\":1}\n",
		"{\"id\":\"a\"}\nx\n",
		"{\"id\":\"a\"}\n{\"id\":\"\"}\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct idmap m = { 0 };
		struct err e = { 0 };

		assert_int_equal(load(&m, bad[i], &e), -1);
		assert_status(&e, ERR_DATA);
		assert_non_null(strstr(e.message, ":2: "));
		idmap_release(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_file_order),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
