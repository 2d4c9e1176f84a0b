/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packs read back while they are written, by a system of large pages: it maps
 * nothing but from the beginning of one. */
#include <sys/mman.h>
#include <unistd.h>

#include "testing.h"

#define LARGE 65536
#define sysconf(name) ((name) == _SC_PAGESIZE ? (long)LARGE : -1L)
#define mmap(to, n, prot, flags, fd, at)                                       \
	((at) % LARGE ? MAP_FAILED : mmap(to, n, prot, flags, fd, at))
#include "io/packwriter.c"

static void test_read_back(void **state)
{
	char *path = test_path("large.pack");
	FILE *f = fopen(path, "w+");
	struct err err = { 0 };
	struct pack_writer *w = pack_writer_new(f, "test", 1, &err);
	static char big[3 * LARGE];
	struct span got[40];
	char name[PACK_NAME];

	(void)state;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7 + i / 256);
	for (size_t i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "s%zu", i);
		pack_section(w, name, big + i, i % 7 ? 9 * i : sizeof(big) - i,
			     &err);
		got[i] = pack_written(w, name, &err);
		if (!got[i].p)
			fail_msg("%s", err.message);
	}
	for (size_t i = 0; i < 40; i++) {
		assert_int_equal(got[i].n, i % 7 ? 9 * i : sizeof(big) - i);
		assert_memory_equal(got[i].p, big + i, got[i].n);
	}
	assert_int_equal(pack_writer_end(w, NULL, &err), 0);
	fclose(f);
	unlink(path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
