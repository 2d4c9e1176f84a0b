/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audio/oggpages.h"

static FILE *f;

static void page(int flags, const char *body, size_t n)
{
	fwrite("OggS", 1, 4, f);
	putc(0, f);
	putc(flags, f);
	for (int i = 0; i < 20; i++)
		putc(0, f);
	putc((int)(n / 255 + 1), f);
	for (size_t i = 0; i < n / 255; i++)
		putc(255, f);
	putc((int)(n % 255), f);
	fwrite(body, 1, n, f);
}

static struct bytes start(void)
{
	struct bytes b;

	assert_int_equal(fflush(f), 0);
	assert_int_equal(bytes_borrow(&b, fileno(f), NULL), 0);
	return b;
}

static void empty(void)
{
	rewind(f);
	assert_int_equal(ftruncate(fileno(f), 0), 0);
}

static void test_streams(void **state)
{
	struct bytes b;
	long at;

	(void)state;
	empty();
	page(2, "one", 3);
	page(0, "more", 4);
	b = start();
	assert_true(oggpages_cut(&b)); /* no last page */
	page(4, "end", 3);
	b = start();
	assert_false(oggpages_cut(&b));
	assert_int_equal(oggpages_next_stream(&b), 0);
	at = ftell(f);
	page(2, "two", 3);
	page(4, "end", 3);
	b = start();
	assert_int_equal(oggpages_next_stream(&b), at);
	assert_false(oggpages_flac(&b));
	fflush(f);
	assert_int_equal(ftruncate(fileno(f), ftell(f) - 1), 0);
	b = start();
	assert_true(oggpages_cut(&b)); /* within the last page */
	empty();
	b = start();
	assert_true(oggpages_cut(&b));
	assert_int_equal(oggpages_next_stream(&b), 0);
}

static void test_flac(void **state)
{
	char body[600], got[2000];
	struct oggflac *o;
	struct bytes b;

	(void)state;
	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (char)(i * 7);
	empty();
	page(2, "\177FLAC\1\0\0\1fLaC", 13);
	page(0, body, 600);
	page(0, "", 0);
	page(4, body, 255);
	page(2, "next", 4);
	b = start();
	assert_true(oggpages_flac(&b));
	o = oggflac_new(&b);
	assert_int_equal(oggflac_read(o, got, 4), 4);
	assert_memory_equal(got, "fLaC", 4);
	assert_int_equal(oggflac_read(o, got, sizeof(got)), 855);
	assert_memory_equal(got, body, 600);
	assert_memory_equal(got + 600, body, 255);
	assert_int_equal(oggflac_seek(o, 0, SEEK_END), 859);
	assert_int_equal(oggflac_seek(o, -256, SEEK_CUR), 603);
	assert_int_equal(oggflac_where(o), 603);
	assert_int_equal(oggflac_read(o, got, 3), 3);
	assert_true(got[0] == body[599] && got[2] == body[1]);
	assert_int_equal(oggflac_seek(o, 1, SEEK_SET), 1);
	assert_int_equal(oggflac_read(o, got, 3), 3);
	assert_memory_equal(got, "LaC", 3);
	assert_int_equal(oggflac_seek(o, -1, SEEK_SET), -1);
	oggflac_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_flac),
	};
	int rc;

	f = tmpfile();
	if (!f)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	fclose(f);
	return rc;
}
