/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packs of any kind and version: whole or not, wherever a byte is wrong. */
#include "testing.h"

#include "io/packcheck.h"
#include "io/packformat.h"

static char *make(const char *kind, uint32_t version)
{
	char *path = test_path("x.pack");
	FILE *f = fopen(path, "w+");
	struct pack_writer *w = pack_writer_new(f, kind, version, NULL);

	assert_non_null(w);
	assert_int_equal(pack_section(w, "one", "abcdef", 6, NULL), 0);
	assert_int_equal(pack_section(w, "two", path, 3, NULL), 0);
	assert_int_equal(pack_writer_end(w, NULL, NULL), 0);
	fclose(f);
	return path;
}

static void flip(const char *path, long at)
{
	FILE *f = fopen(path, "r+");
	int c;

	fseek(f, at, SEEK_SET);
	c = getc(f);
	fseek(f, at, SEEK_SET);
	putc(c ^ 1, f);
	fclose(f);
}

static long find(const char *path, const char *text)
{
	static char bytes[1 << 16];
	FILE *f = fopen(path, "r");
	size_t n = fread(bytes, 1, sizeof(bytes), f);

	fclose(f);
	for (size_t i = 0; i + strlen(text) <= n; i++)
		if (!memcmp(bytes + i, text, strlen(text)))
			return (long)i;
	return -1;
}

static void test_any_kind(void **state)
{
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		char *path = make(i ? "other" : "a kind", i ? 70000 : 1);

		assert_true(packcheck_is(path));
		assert_int_equal(packcheck(path, &err), 0);
		unlink(path);
		free(path);
	}
}

static void test_damage(void **state)
{
	char *path = make("kind", 3);
	long header = (long)sizeof(struct pack_header), data, table;
	struct err err = { 0 };

	(void)state;
	data = find(path, "abcdef");
	table = find(path, "one");
	assert_true(data > 0 && table > 0);
	for (long at = 0; at < header; at++) {
		flip(path, at);
		assert_int_equal(packcheck(path, &err), -1);
		assert_status(&err, ERR_DATA);
		flip(path, at);
	}
	for (int i = 0; i < 2; i++) {
		flip(path, i ? data + 3 : table + 50);
		assert_int_equal(packcheck(path, &err), -1);
		assert_status(&err, ERR_DATA);
		flip(path, i ? data + 3 : table + 50);
	}
	assert_int_equal(packcheck(path, &err), 0);
	assert_int_equal(truncate(path, 4096), 0);
	assert_int_equal(packcheck(path, &err), -1);
	assert_int_equal(truncate(path, 7), 0);
	assert_false(packcheck_is(path));
	assert_int_equal(packcheck(path, &err), -1);
	unlink(path);
	assert_false(packcheck_is(path));
	assert_int_equal(packcheck(path, &err), -1);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_kind),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
