/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The test vectors of RFC 4648, both ways; the other alphabet; what is none. */
#include "base/base64.h"
#include "testing.h"

static void test_vectors(void **state)
{
	static const char *const vectors[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
	};
	struct str s = { 0 };

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		str_reset(&s);
		base64_encode(span_of(vectors[i][0]), &s);
		assert_true(span_is(span_str(&s), vectors[i][1]));
		str_reset(&s);
		assert_int_equal(
		    base64_decode(span_of(vectors[i][1]), BASE64_STANDARD, &s),
		    0);
		assert_true(span_is(span_str(&s), vectors[i][0]));
	}
	str_release(&s);
}

static void test_alphabets(void **state)
{
	struct str s = { 0 };

	(void)state;
	assert_int_equal(base64_decode(SPAN("+/+/"), BASE64_STANDARD, &s), 0);
	assert_int_equal(base64_decode(SPAN("-_-_"), BASE64_URL, &s), 0);
	assert_int_equal(s.n, 6);
	assert_memory_equal(s.p, s.p + 3, 3);
	assert_int_equal(base64_decode(SPAN("-_-_"), BASE64_STANDARD, &s), -1);
	assert_int_equal(base64_decode(SPAN("+/+/"), BASE64_URL, &s), -1);
	assert_int_equal(base64_decode(SPAN("Zg=="), BASE64_URL, &s), -1);
	assert_int_equal(base64_decode(SPAN("Zm9vY"), BASE64_STANDARD, &s), -1);
	assert_int_equal(base64_decode(SPAN("Z g="), BASE64_STANDARD, &s), -1);
	str_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors),
					    cmocka_unit_test(test_alphabets) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
