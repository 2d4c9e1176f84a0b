/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/playlist.h"
#include "testing.h"

static void mask_is(const char *in, const char *want, size_t columns)
{
	struct str out = { 0 };

	assert_int_equal(playlist_mask(span_of(in), &out), columns);
	test_span_is(span_str(&out), want);
	str_release(&out);
}

#define BAD "\xef\xbf\xbd"

static void test_mask(void **state)
{
	(void)state;
	mask_is("plain", "plain", 5);
	mask_is("", "", 0);
	mask_is("caf\xc3\xa9", "caf\xc3\xa9", 4);
	mask_is("e\xcc\x81", "e\xcc\x81", 1); /* combining */
	mask_is("\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac", 4);
	mask_is("a\x1b[31mb", "a" BAD "[31mb", 7); /* escape */
	mask_is("a\nb\tc\x7f", "a" BAD "b" BAD "c" BAD, 6);
	mask_is("\xc2\x9b"
		"1m",
		BAD "1m", 3);                      /* C1 CSI */
	mask_is("x\xe2\x80\xaey", "x" BAD "y", 3); /* right-to-left */
	mask_is("\xff\xc3", BAD BAD, 2);           /* malformed */
	mask_is("\xc0\x80", BAD BAD, 2);           /* overlong */
	mask_is("\xed\xa0\x80", BAD BAD BAD, 3);   /* surrogate */
	mask_is("\xf4\x90\x80\x80", BAD BAD BAD BAD, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_mask) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
