/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks that do not cover each other, close to where they belong. */
#include "testing.h"

#include <math.h>

#include "corpus/moodmarks.h"

enum { MARKS = 25 };
static const double low[2] = { 0, 0 }, high[2] = { 600, 600 };

static double apart(const struct moodmark *a, const struct moodmark *b)
{
	return hypot(a->at_x - b->at_x, a->at_y - b->at_y);
}

static void test_crowds(void **state)
{
	uint64_t rng = 5;

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct moodmark m[MARKS] = { 0 };
		double wide = round * 30; /* 0: all in one place, a corner */

		for (int i = 0; i < MARKS; i++) {
			m[i].x = (double)rng_below(&rng, 1000) / 1000 * wide;
			m[i].y = (double)rng_below(&rng, 1000) / 1000 * wide;
		}
		m[3].fixed = true;
		moodmarks_place(m, MARKS, 20, low, high);
		assert_true(hypot(m[3].at_x - m[3].x, m[3].at_y - m[3].y) <
			    1e-9);
		for (int i = 0; i < MARKS; i++) {
			assert_true(m[i].at_x >= 0 && m[i].at_y >= 0 &&
				    m[i].at_x <= 600 && m[i].at_y <= 600);
			assert_true(hypot(m[i].at_x - m[i].x,
					  m[i].at_y - m[i].y) < 150);
			for (int j = 0; j < i; j++)
				if (apart(&m[i], &m[j]) < 17)
					fail_msg("round %d: %d and %d are %g "
						 "apart",
						 round, i, j,
						 apart(&m[i], &m[j]));
		}
	}
}

static void test_alone(void **state)
{
	struct moodmark m[] = { { .x = 100, .y = 100 },
				{ .x = 300, .y = 100 } };

	(void)state;
	moodmarks_place(m, 2, 20, low, high);
	for (int i = 0; i < 2; i++) /* has room: stays where it is */
		assert_true(fabs(m[i].at_x - m[i].x) < 1e-9 &&
			    fabs(m[i].at_y - m[i].y) < 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crowds),
		cmocka_unit_test(test_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
