/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/store.h"

static void test_sniff(void **state)
{
	static const struct {
		struct span head;
		const char *ext, *why;
	} cases[] = {
		{ SPAN("ID3\3\0"), "mp3", NULL },
		{ SPAN("\xff\xfb\x90\x64"), "mp3", NULL },
		{ SPAN("\xff\xff\xff\xff"), NULL, "not audio" },
		{ SPAN("\xff\xfb"), NULL, "not audio" },
		{ SPAN("OggS\0\2"), "ogg", NULL },
		{ SPAN("fLaC\0"), "flac", NULL },
		{ SPAN("RIFF\1\2\3\4WAVEfmt "), "wav", NULL },
		{ SPAN("RIFF\1\2\3\4AVI LIST"), NULL, "not audio" },
		{ SPAN("RIFF\1\2\3\4WAV"), NULL, "not audio" },
		{ SPAN("FORM\1\2\3\4AIFFCOMM"), "aiff", NULL },
		{ SPAN("FORM\1\2\3\4AIFCFVER"), "aiff", NULL },
		{ SPAN("\0\0\0\40ftypM4A "), NULL, "unsupported: mp4" },
		{ SPAN("\x1a\x45\xdf\xa3"), NULL, "unsupported: matroska" },
		{ SPAN("<!DOCTYPE html>"), NULL, "not audio" },
		{ SPAN(""), NULL, "empty" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why, *ext = sniff_audio(cases[i].head, &why);

		if (cases[i].ext)
			assert_string_equal(ext, cases[i].ext);
		else
			assert_null(ext);
		if (cases[i].why)
			assert_string_equal(why, cases[i].why);
	}
}

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

static void test_keep(void **state)
{
	char dir[128], stale[192];
	const char *tmp = getenv("TMPDIR");
	struct store_file f = { 0 };
	struct str sha = { 0 }, path = { 0 };
	struct err err;
	FILE *file;

	(void)state;
	snprintf(dir, sizeof(dir), "%.80s/store-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(dir));
	/* No process has this number (the kernel's limit is 2^22). */
	snprintf(stale, sizeof(stale), "%s/.part-1000000000-abcdef", dir);
	file = fopen(stale, "w");
	fclose(file);
	assert_int_equal(store_prepare(dir, &err), 0);
	assert_int_equal(access(stale, F_OK), -1);
	assert_int_equal(store_begin(&f, dir, &err), 0);
	assert_int_equal(store_write(&f, "wrong", 5), 0);
	assert_int_equal(store_begin(&f, dir, &err), 0); /* anew */
	assert_int_equal(store_write(&f, "a", 1), 0);
	assert_int_equal(store_write(&f, "bc", 2), 0);
	assert_int_equal(store_prepare(dir, &err), 0); /* it is ours */
	assert_true(span_is(store_head(&f), "abc"));
	assert_int_equal(store_keep(&f, dir, "wav", &sha, &err), 0);
	assert_string_equal(str_z(&sha), "ba7816bf8f01cfea414140de5dae2223"
					 "b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(store_path(span_str(&sha), SPAN("wav"), &path), 0);
	assert_true(store_has(dir, &path));
	store_drop(&f);
	assert_true(store_has(dir, &path));
	snprintf(stale, sizeof(stale), "%s/%s", dir, str_z(&path));
	unlink(stale);
	assert_false(store_has(dir, &path));
	*strrchr(stale, '/') = '\0';
	assert_int_equal(rmdir(stale), 0);
	assert_int_equal(rmdir(dir), 0); /* nothing else was left */
	str_release(&sha);
	str_release(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sniff),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_keep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
