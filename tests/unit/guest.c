/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking the program worker-guest; what it hears: tests/cli/worker-guest. */
#include "testing.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "corpus/guest.h"
#include "corpus/guestear.h"

static char *folder, *file, *fifo;
static struct err err;

static int begin(void **state)
{
	(void)state;
	folder = test_path("workers");
	file = test_path("sound");
	fifo = test_path("fifo");
	test_save(file, "sound", 5);
	return mkdir(folder, 0700) || mkfifo(fifo, 0600);
}

static int end(void **state)
{
	(void)state;
	remove(file);
	remove(fifo);
	rmdir(folder);
	free(file);
	free(fifo);
	free(folder);
	return 0;
}

static void test_id(void **state)
{
	char id[IDENTITY_SIZE], own[IDENTITY_SIZE];
	uint64_t key, same;

	(void)state;
	setenv("MOODPIPE_WORKERS", getenv("BIN"), 1);
	assert_int_equal(guest_id(file, id, &key, &err), 0);
	assert_int_equal(strlen(id), IDENTITY_SIZE - 1);
	assert_int_equal(guestear_id(file, own, &same, &err), 0);
	assert_string_equal(id, own);
	assert_true(key == same);
	assert_int_equal(guest_id(file, id, NULL, &err), 0);
	/* the key of an id is the upper half of a digest of it */
	assert_true(key == hash_u64(id, IDENTITY_SIZE - 1));
}

static void test_refusals(void **state)
{
	const char *const paths[] = { folder, fifo, "/dev/null", "", "/no/no" };
	char id[IDENTITY_SIZE];
	uint64_t key;

	(void)state;
	setenv("MOODPIPE_WORKERS", getenv("BIN"), 1);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(guest_id(paths[i], id, &key, &err), -1);
		assert_int_equal(err.status, ERR_RECORD);
		assert_string_equal(err.code, "missing");
		assert_memory_equal(err.message, paths[i], strlen(paths[i]));
	}
}

static void test_worker(void **state)
{
	static const char *const programs[] = {
		"#!/bin/sh\nexit 4\n",
		"#!/bin/sh\nkill -9 $$\n",
		"#!/bin/sh\nhead -c 300 /dev/zero >&0\n",
		"#!/nowhere\n",
	};
	struct str path = { 0 };
	struct guest g = { .has_sound = false };
	struct generation none = { .path = file, .name = "0123456789abcdef" };
	char id[IDENTITY_SIZE];

	(void)state;
	setenv("MOODPIPE_WORKERS", folder, 1);
	str_printf(&path, "%s/worker-guest", folder);
	for (size_t i = 0; i <= sizeof(programs) / sizeof(*programs); i++) {
		assert_int_equal(guest_id(file, id, NULL, &err), -1);
		assert_int_equal(err.status, ERR_ENV);
		assert_non_null(strstr(err.message, "worker-guest"));
		assert_int_equal(guest_hear(&g, &none, file, &err), -1);
		assert_int_equal(err.status, ERR_ENV);
		if (i == sizeof(programs) / sizeof(*programs))
			break;
		test_save(str_z(&path), programs[i], strlen(programs[i]));
		assert_int_equal(chmod(str_z(&path), 0700), 0);
	}
	remove(str_z(&path));
	str_release(&path);
	guest_release(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_worker),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
