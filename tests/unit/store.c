/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/store.h"

static void test_path(void **state)
{
	char good[65];
	struct str path = { 0 };

	(void)state;
	memset(good, 'a', 64);
	good[64] = '\0';
	assert_int_equal(store_path(span_of(good), SPAN("ogg"), &path), 0);
	assert_int_equal(path.n, 3 + 64 + 4);
	assert_int_equal(store_path(span_of(good), SPAN("../x"), &path), -1);
	assert_int_equal(store_path(span_of(good), SPAN(""), &path), -1);
	assert_int_equal(store_path(SPAN("aa"), SPAN("ogg"), &path), -1);
	good[5] = '/';
	assert_int_equal(store_path(span_of(good), SPAN("ogg"), &path), -1);
	good[5] = 'A';
	assert_int_equal(store_path(span_of(good), SPAN("ogg"), &path), -1);
	str_release(&path);
}

static int count(void *ctx, struct span sha, const char *path, uint64_t n,
		 struct err *err)
{
	uint64_t *total = ctx;

	(void)err;
	assert_int_equal(sha.n, 64);
	assert_non_null(strstr(path, ".wav"));
	*total += n;
	return 0;
}

static void make_dir(char dir[128])
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, 128, "%.80s/store-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(dir));
}

static void test_keep(void **state)
{
	char dir[128], stale[192];
	struct store_part p = { 0 };
	struct str sha = { 0 }, path = { 0 };
	uint64_t total = 0;
	struct err err;
	FILE *file;

	(void)state;
	make_dir(dir);
	/* No process has this number (the kernel's limit is 2^22). */
	snprintf(stale, sizeof(stale), "%s/.part-ab-1000000000-abcdef", dir);
	file = fopen(stale, "w");
	fclose(file);
	assert_int_equal(store_prepare(dir, time(NULL), &err), 0);
	assert_int_equal(access(stale, F_OK), -1);
	store_find(&p, dir, SPAN("http://h/"));
	assert_int_equal(p.size, 0);
	assert_int_equal(store_open(&p, &err), 0);
	assert_int_equal(store_restart(&p, SPAN(""), 0, &err), 0);
	assert_int_equal(store_write(&p, "wrong", 5, &err), 0);
	assert_int_equal(store_restart(&p, SPAN(""), 0, &err), 0); /* anew */
	assert_int_equal(store_write(&p, "ab", 2, &err), 0);
	store_pause(&p);
	assert_int_equal(store_open(&p, &err), 0);
	assert_int_equal(p.size, 2);
	assert_int_equal(store_write(&p, "cd", 2, &err), 0);
	assert_int_equal(store_cut(&p, 3, &err), 0);
	assert_int_equal(store_prepare(dir, time(NULL), &err), 0); /* ours */
	assert_int_equal(store_read(&p, 100, &path, &err), 0);
	assert_true(span_is(span_str(&path), "abc"));
	assert_int_equal(store_keep(&p, dir, "wav", &sha, &err), 0);
	assert_string_equal(str_z(&sha), "ba7816bf8f01cfea414140de5dae2223"
					 "b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(store_path(span_str(&sha), SPAN("wav"), &path), 0);
	assert_true(store_has(dir, &path));
	store_drop(&p);
	assert_true(store_has(dir, &path));
	assert_int_equal(store_each(dir, &total, count, &err), 0);
	assert_int_equal(total, 3);
	snprintf(stale, sizeof(stale), "%s/%s", dir, str_z(&path));
	unlink(stale);
	assert_false(store_has(dir, &path));
	*strrchr(stale, '/') = '\0';
	assert_int_equal(rmdir(stale), 0);
	assert_int_equal(rmdir(dir), 0); /* nothing else was left */
	str_release(&sha);
	str_release(&path);
}

static void test_resume(void **state)
{
	struct store_part p = { 0 }, q = { 0 };
	const struct span url = SPAN("http://h/x");
	char dir[128];
	struct err err;

	(void)state;
	make_dir(dir);
	store_find(&p, dir, url);
	assert_int_equal(store_open(&p, &err), 0);
	assert_int_equal(store_restart(&p, SPAN("\"v\""), 77, &err), 0);
	assert_int_equal(store_write(&p, "abc", 3, &err), 0);
	/* Another one at the same time has a part of its own. */
	store_find(&q, dir, url);
	assert_int_equal(q.size, 3);
	assert_int_equal(store_open(&q, &err), 0);
	assert_int_equal(q.size, 0);
	assert_int_equal(store_write(&q, "x", 1, &err), 0);
	store_close(&q);
	store_close(&p);
	/* It can be gone on with ... */
	store_find(&p, dir, url);
	assert_int_equal(p.size, 3);
	assert_int_equal(p.total, 77);
	assert_true(span_is(span_str(&p.validator), "\"v\""));
	/* ... by nobody who does not come within 30 days. */
	store_close(&p);
	assert_int_equal(store_prepare(dir, time(NULL) + 29 * 86400, &err), 0);
	store_find(&p, dir, url);
	assert_int_equal(p.size, 3);
	store_close(&p);
	assert_int_equal(store_prepare(dir, time(NULL) + 31 * 86400, &err), 0);
	store_find(&p, dir, url);
	assert_int_equal(p.size, 0);
	/* Bytes that cannot be known again do not stay. */
	assert_int_equal(store_open(&p, &err), 0);
	assert_int_equal(store_restart(&p, SPAN(""), 77, &err), 0);
	assert_int_equal(store_write(&p, "abc", 3, &err), 0);
	store_close(&p);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_resume),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
