/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "corpus/matchwords.h"

static void fill(struct matchwords *w, const char *text,
		 struct matchwords_arena *arena)
{
	w->count = 0;
	arena->used = 0;
	matchwords_add(w, span_of(text), arena);
}

static double alike(const char *x, const char *y)
{
	struct matchwords_arena p, q;
	struct matchwords a, b;

	fill(&a, x, &p);
	fill(&b, y, &q);
	return matchwords_alike(&a, &b);
}

static double numbers(const char *x, const char *y)
{
	struct matchwords_arena p, q;
	struct matchwords a, b;

	fill(&a, x, &p);
	fill(&b, y, &q);
	return matchwords_numbers(&a, &b);
}

static void words(void **state)
{
	(void)state;
	assert_true(alike("", "") == 1);
	assert_true(alike("rain", "") == 0);
	assert_true(alike("Blue Rain", "rain BLUE") == 1);
	assert_true(alike("rain", "snow") == 0);
	assert_true(alike("rain", "ruin") < 0.8);
	/* 8 letters of 8 + 8, one of them wrong */
	assert_float_equal(alike("mountain", "mountian"), 7.0 / 8, 1e-6);
	/* a word more: 2 * 4 of 4 + 8 */
	assert_float_equal(alike("rain", "rain song"), 8.0 / 12, 1e-6);
	/* a word for a word: half of 2 * 4 of 8 + 8 */
	assert_float_equal(alike("rain song", "rain drum"), 0.25, 1e-6);
	assert_true(alike("deadmau5", "dead mau5") == 1);
	assert_true(alike("satsweep2", "satsweep4") == 0);
	assert_true(alike("the 16th", "the 17th") < 0.6);
	assert_true(alike("after hours", "afterhours") == 1);
}

static void numbers_in_titles(void **state)
{
	(void)state;
	assert_true(numbers("part 2", "Pt. II") == 1);
	assert_true(numbers("vol3", "Volume 3") == 1);
	assert_true(numbers("rain", "rain") == 1);
	assert_true(numbers("rain", "rain 2") < 0.5);
	assert_true(numbers("study 1", "study 2") < 0.5);
	assert_true(numbers("1 and 2", "2 and 1") == 1);
	assert_true(numbers("mix 2013", "mix 2014") < 0.5);
	assert_true(numbers("mix 2013", "mix") == 0.9);
	assert_true(numbers("I will", "will") == 1); /* a pronoun */
	assert_true(numbers("part I", "part II") < 0.5);
}

/* More words than there is room for, and a symbol. */
static void limits(void **state)
{
	struct matchwords_arena arena = { .used = 0 };
	struct matchwords w = { .count = 0 };
	struct str text = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		str_printf(&text, "word%d ", i);
	matchwords_add(&w, span_str(&text), &arena);
	assert_int_equal(w.count, MATCHWORDS_MOST);
	str_reset(&text);
	for (int i = 0; i < 20000; i++)
		str_putc(&text, 'x');
	w.count = 0;
	matchwords_add(&w, span_str(&text), &arena);
	assert_int_equal(w.count, 0);
	arena.used = 0;
	matchwords_add(&w, SPAN(" ??? "), &arena);
	assert_int_equal(w.count, 1);
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(numbers_in_titles),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
