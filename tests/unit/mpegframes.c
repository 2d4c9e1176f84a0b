/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audio/mpegframes.h"

#define FRAME 417 /* 144 * 128000 / 44100 */

static FILE *f;

static void frames(int n)
{
	for (int i = 0; i < n; i++) {
		fwrite("\xff\xfb\x90\x00", 1, 4, f);
		for (int k = 4; k < FRAME; k++)
			putc(i + k, f);
	}
}

/* Bytes with a header in every hundred that nothing follows. */
static void junk(int n)
{
	for (int i = 0; i < n; i++)
		putc("\xff\xfb\x90\x00 junk"[i % 100 < 50   ? 8
					     : i % 100 < 58 ? i % 100 - 50
							    : 8],
		     f);
}

static struct mpegframes *start(struct bytes *b)
{
	assert_int_equal(fflush(f), 0);
	assert_int_equal(bytes_borrow(b, fileno(f), NULL), 0);
	return mpegframes_new(b);
}

/* What begins with a header of its own is given, and how many there are. */
static int count(struct mpegframes *m)
{
	const uint8_t *p;
	size_t k;
	int n = 0;

	while ((k = mpegframes_next(m, &p)) > 0) {
		assert_int_equal(k, FRAME);
		assert_memory_equal(p, "\xff\xfb\x90\x00", 4);
		n++;
	}
	return n;
}

static void test_frames(void **state)
{
	static const struct {
		int before, first, between, second, after, lost;
	} cases[] = {
		{ 0, 1, 0, 0, 0, 0 },
		{ 0, 200, 0, 0, 0, 0 },
		{ 1000, 5, 0, 0, 0, 0 },
		{ 1000, 5, 5000, 4, 300, 5000 },
		{ 200000, 300, 70000, 3, 900, 70000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct mpegframes *m;
		struct bytes b;
		bool free_format;

		rewind(f);
		assert_int_equal(ftruncate(fileno(f), 0), 0);
		junk(cases[i].before);
		frames(cases[i].first);
		junk(cases[i].between);
		frames(cases[i].second);
		junk(cases[i].after);
		m = start(&b);
		assert_true(mpegframes_find(&b, &free_format));
		assert_false(free_format);
		assert_int_equal(count(m), cases[i].first + cases[i].second);
		assert_int_equal(m->lost, cases[i].lost);
		free(m);
	}
}

/* A frame cut short is none; a tag between frames is no loss; one that says
 * it goes on beyond the end is not believed. */
static void test_ends(void **state)
{
	struct mpegframes *m;
	struct bytes b;

	(void)state;
	rewind(f);
	assert_int_equal(ftruncate(fileno(f), 0), 0);
	fwrite("ID3\4\0\0\x7f\x7f\x7f\x7f", 1, 10, f);
	frames(6);
	fwrite("ID3\4\0\0\0\0\1\0", 1, 10, f);
	junk(128);
	frames(4);
	fflush(f);
	assert_int_equal(ftruncate(fileno(f), ftell(f) - 100), 0);
	m = start(&b);
	assert_int_equal(count(m), 9);
	assert_int_equal(m->lost, 0);
	free(m);
}

/* In a stream whose frames say their length, one that does not is damage. */
static void test_free_format(void **state)
{
	struct mpegframes *m;
	struct bytes b;

	(void)state;
	rewind(f);
	assert_int_equal(ftruncate(fileno(f), 0), 0);
	frames(5);
	for (int i = 0; i < 1000; i++)
		fwrite("\xff\xfb\x00\x00", 1, 4, f);
	frames(4);
	m = start(&b);
	assert_int_equal(count(m), 9);
	assert_int_equal(m->lost, 4000);
	free(m);
}

static void test_none(void **state)
{
	struct mpegframes *m;
	struct bytes b;
	bool free_format;

	(void)state;
	rewind(f);
	assert_int_equal(ftruncate(fileno(f), 0), 0);
	junk(200000);
	m = start(&b);
	assert_false(mpegframes_find(&b, &free_format));
	assert_int_equal(count(m), 0);
	free(m);
	rewind(f);
	assert_int_equal(ftruncate(fileno(f), 0), 0);
	m = start(&b);
	assert_false(mpegframes_find(&b, &free_format));
	assert_int_equal(count(m), 0);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_free_format),
		cmocka_unit_test(test_none),
	};
	int rc;

	f = tmpfile();
	if (!f)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	fclose(f);
	return rc;
}
