/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters in words beside those of the request. */
#include "corpus/asks.h"

#include <math.h>

#include "testing.h"

static void test_ranges(void **state)
{
	struct request_range r = { .has_min = false };

	(void)state;
	asks_narrow(&r, 1980, INFINITY);
	assert_true(r.has_min && !r.has_max);
	asks_narrow(&r, 1970, 1995);
	assert_float_equal(r.min, 1980, 0);
	assert_float_equal(r.max, 1995, 0);
	asks_widen(&r, 1960, 1969);
	assert_float_equal(r.min, 1960, 0);
	assert_float_equal(r.max, 1995, 0);
	r = (struct request_range){ .has_min = false };
	asks_widen(&r, 1960, 1969);
	assert_true(r.has_min && r.has_max);
}

static void test_merge(void **state)
{
	struct asks a = { .year = { .has_min = false } };
	struct request r = { .sets = false };
	struct asks_kept kept;

	(void)state;
	assert_false(asks_any(&a));
	asks_merge(&a, &r, &kept);
	assert_int_equal(r.warnings.n, 0);

	asks_narrow(&a.year, 1980, 1989);
	str_puts(&a.artists, "Drake\n");
	str_puts(&a.exclude, "Adele\n");
	str_puts(&a.genres_out, "metal\n");
	assert_true(asks_any(&a));
	str_puts(&r.exclude, "Abba\n");
	asks_merge(&a, &r, &kept);
	assert_true(r.year.has_min && r.year.max == 1989);
	test_span_is(span_str(&r.artists), "Drake\n");
	test_span_is(span_str(&r.exclude), "Abba\nAdele\n");
	test_span_is(span_str(&r.genres_out), "metal\n");
	assert_int_equal(r.warnings.n, 0);
	asks_unmerge(&r, &kept);
	assert_false(r.year.has_min || r.artists.n || r.genres_out.n);
	test_span_is(span_str(&r.exclude), "Abba\n");

	/* the request's own go before, and that is told where they differ */
	asks_narrow(&r.year, 1980, 1989);
	str_puts(&r.artists, "Drake\n");
	asks_merge(&a, &r, &kept);
	assert_int_equal(r.warnings.n, 0);
	asks_unmerge(&r, &kept);
	r.year.max = 2000;
	asks_merge(&a, &r, &kept);
	assert_non_null(strstr(str_z(&r.warnings), "filter on year"));
	assert_float_equal(r.year.max, 2000, 0);
	asks_unmerge(&r, &kept);
	assert_int_equal(r.warnings.n, 0);

	/* what cannot be is none */
	r.year = (struct request_range){ .has_min = false };
	asks_narrow(&a.year, 1999, INFINITY);
	asks_merge(&a, &r, &kept);
	assert_non_null(strstr(str_z(&r.warnings), "cannot be"));
	assert_false(r.year.has_min || r.year.has_max);
	asks_release(&a);
	request_release(&r);
}

static void test_notes(void **state)
{
	struct asks a = { .year = { .has_min = false } };

	(void)state;
	asks_note(&a, SPAN("before \"90\""));
	asks_note_range(&a, "year", -INFINITY, 1989);
	asks_noted(&a);
	asks_note(&a, SPAN("x"));
	asks_note_text(&a, "like", SPAN("A\\B"));
	asks_noted(&a);
	test_span_is(span_str(&a.notes),
		     "{\"words\":\"before \\\"90\\\"\",\"max_year\":1989},"
		     "{\"words\":\"x\",\"like\":\"A\\\\B\"}");
	asks_reset(&a);
	assert_int_equal(a.notes.n, 0);
	asks_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
