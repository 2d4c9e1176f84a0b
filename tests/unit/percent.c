/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/percent.h"
#include "testing.h"

static void decodes(const char *in, const char *want)
{
	struct str out = { 0 };

	percent_decode(span_of(in), &out);
	test_span_is(span_str(&out), want);
	str_release(&out);
}

static void test_decode(void **state)
{
	(void)state;
	decodes("", "");
	decodes("a%20b%c3%A9", "a b\xc3\xa9");
	decodes("50%", "50%");
	decodes("%2", "%2");
	decodes("%%41%4g%zz", "%A%4g%zz");
	decodes("%00", "%00");
	decodes("%2525", "%25");
}

/* Every byte comes back, and none but the plain ones stands for itself. */
static void test_encode(void **state)
{
	struct str in = { 0 }, out = { 0 }, back = { 0 };

	(void)state;
	for (int c = 1; c < 256; c++)
		str_putc(&in, (char)c);
	percent_encode(span_str(&in), "/!", &out);
	assert_int_equal(out.n, 255 + 2 * (255 - 26 * 2 - 10 - 4 - 2));
	for (size_t i = 0; i < out.n; i++)
		assert_true(out.p[i] > ' ' && out.p[i] < 0x7f);
	percent_decode(span_str(&out), &back);
	assert_true(span_eq(span_str(&back), span_str(&in)));
	str_reset(&out);
	percent_encode((struct span){ "\0a", 2 }, "/", &out);
	test_span_is(span_str(&out), "%00a");
	str_release(&in);
	str_release(&out);
	str_release(&back);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_decode),
					    cmocka_unit_test(test_encode) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
