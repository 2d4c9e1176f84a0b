/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "base/parts.h"

static void test_round_trip(void **state)
{
	static const uint32_t three[3] = { 1, 2, 3 };
	static const char five[5] = "abcde";
	struct str s = { 0 };
	struct span rest;

	(void)state;
	parts_put(&s, three, sizeof(*three), 3);
	assert_int_equal(s.n, 16);
	parts_put(&s, NULL, 8, 0);
	parts_put(&s, five, 1, 5);
	assert_int_equal(s.n, 24);
	assert_memory_equal(s.p + 12, "\0\0\0\0", 4);
	assert_memory_equal(s.p + 21, "\0\0\0", 3);
	rest = span_str(&s);
	assert_memory_equal(parts_take(&rest, 4, 3), three, sizeof(three));
	assert_ptr_equal(parts_take(&rest, 8, 0), s.p + 16);
	assert_memory_equal(parts_take(&rest, 1, 5), five, 5);
	assert_int_equal(rest.n, 0);
	assert_non_null(parts_take(&rest, 8, 0));
	assert_null(parts_take(&rest, 1, 1));
	str_release(&s);
}

static void test_missing(void **state)
{
	_Alignas(8) static const char bytes[32];
	struct span rest = { bytes, 20 };

	(void)state;
	/* the zeros behind must be there, too */
	assert_null(parts_take(&rest, 1, 17));
	assert_null(rest.p);
	assert_null(parts_take(&rest, 1, 0));
	rest = (struct span){ bytes, 32 };
	assert_null(parts_take(&rest, 8, SIZE_MAX / 8 + 2));
	rest = (struct span){ bytes, 32 };
	assert_null(parts_take(&rest, 1, SIZE_MAX));
	rest = (struct span){ bytes, 32 };
	assert_null(parts_take(&rest, 4, 9));
	rest = (struct span){ bytes + 4, 24 };
	assert_null(parts_take(&rest, 4, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
