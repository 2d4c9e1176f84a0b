/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <sys/stat.h>

#include "corpus/source.h"
#include "corpus/sourcealone.h"

static char *folder;

/* A WAV file of so many seconds of nothing much. */
static void save_wav(const char *path, unsigned seconds)
{
	const uint32_t bytes = seconds * 8000;
	struct str s = { 0 };
	uint32_t n = 36 + bytes, rate = 8000;

	str_put(&s, "RIFF", 4);
	str_put(&s, &n, 4);
	str_put(&s, "WAVEfmt \x10\0\0\0\x01\0\x01\0", 16);
	str_put(&s, &rate, 4);
	str_put(&s, &rate, 4);
	str_put(&s, "\x01\0\x08\0data", 8);
	str_put(&s, &bytes, 4);
	for (uint32_t i = 0; i < bytes; i++)
		str_putc(&s, (char)(i * 7));
	test_save(path, s.p, s.n);
	str_release(&s);
}

static int begin(void **state)
{
	struct str path = { 0 };

	(void)state;
	setenv("MOODPIPE_WORKERS", getenv("BIN"), 1);
	folder = test_path("Songs");
	str_puts(&path, folder);
	mkdir(folder, 0700);
	str_puts(&path, "/Ann - One.wav");
	save_wav(str_z(&path), 4);
	str_release(&path);
	return chdir(folder);
}

static int end(void **state)
{
	(void)state;
	remove("Ann - One.wav");
	remove("empty.wav");
	rmdir(folder);
	free(folder);
	return 0;
}

/* What ingest makes of the folder is what is made of its only file. */
static void test_as_folder(void **state)
{
	struct str members = { 0 };
	struct listener *l = listener_new(5);
	struct source_options o = { .format = SOURCE_AUTO };
	struct identity scratch = { 0 };
	char id[IDENTITY_SIZE], want[IDENTITY_SIZE];
	struct source_row row;
	struct source *s;
	struct err err;

	(void)state;
	s = source_open(folder, &o, &err);
	assert_non_null(s);
	assert_int_equal(source_next(s, &row, &err), 1);
	assert_null(row.reason);
	assert_int_equal(identity_make(&scratch, &row.facts, want), 0);
	assert_int_equal(
	    sourcealone_read("Ann - One.wav", l, &members, id, &err), 0);
	assert_string_equal(id, want);
	assert_true(span_eq(span_str(&members), row.members));
	assert_non_null(strstr(str_z(&members), "\"artist\":\"Ann\""));
	str_reset(&members);
	assert_int_equal(
	    sourcealone_read("./Ann - One.wav", l, &members, id, &err), 0);
	assert_true(span_eq(span_str(&members), row.members));
	source_close(s);
	listener_free(l);
	identity_release(&scratch);
	str_release(&members);
}

static void refused(const char *path, const char *why)
{
	struct listener *l = listener_new(5);
	struct str members = { 0 };
	char id[IDENTITY_SIZE];
	struct err err;

	assert_int_equal(sourcealone_read(path, l, &members, id, &err), -1);
	assert_int_equal(err.status, ERR_RECORD);
	if (!strstr(err.message, why))
		fail_msg("%s: %s", path, err.message);
	listener_free(l);
	str_release(&members);
}

static void test_refusals(void **state)
{
	(void)state;
	test_save("empty.wav", "", 0);
	refused("empty.wav", "an empty file");
	refused("nothing.wav", "No such file");
	refused("no/folder.wav", "its folder is gone");
	refused("Ann\xff.wav", "not UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_as_folder),
					    cmocka_unit_test(test_refusals) };

	return cmocka_run_group_tests(tests, begin, end);
}
