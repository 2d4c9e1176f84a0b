/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/families.h"
#include "testing.h"

static int same(struct families *f, const char *a, const char *b)
{
	struct err err = { 0 };

	return families_same(f, span_of(a), span_of(b), &err);
}

static void test_same(void **state)
{
	struct families *f = families_new();

	(void)state;
	assert_int_equal(same(f, "Rain", "Rain (Live)"), 1);
	assert_int_equal(same(f, "Rain", "RAIN - Remastered 2011"), 1);
	assert_int_equal(same(f, "Cold Rain (Remix)", "Cold Rain [Acoustic]"),
			 1);
	assert_int_equal(same(f, "Rain", "Rain"), 1);
	assert_int_equal(same(f, "Rain", "Sun"), 0);
	assert_int_equal(same(f, "Nocturne No. 1", "Nocturne No. 2"), 0);
	assert_int_equal(same(f, "Rain, Part 1", "Rain, Part 2"), 0);
	assert_int_equal(same(f, "Remix", "Live"), 0);
	assert_int_equal(same(f, "", ""), 0);
	assert_int_equal(same(f, "\xff\xfe", "\xff"), 0);
	families_free(f);
}

static void test_asked(void **state)
{
	static const struct {
		const char *request;
		int asked;
	} cases[] = { { "remixes of rain", 1 },
		      { "rain remix", 1 },
		      { "Rain KARAOKE please", 1 },
		      { "sad songs about rain", 0 },
		      { "", 0 } };
	struct families *f = families_new();
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    families_asked(f, span_of(cases[i].request), &err),
		    cases[i].asked);
	families_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
