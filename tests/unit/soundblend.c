/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "corpus/soundblend.h"
#include "math/random.h"
#include "testing.h"

enum { TRACKS = 400, COLUMNS = 3, M = SOUNDBLEND_METHODS };

/* Column 0: the genre's guess has noise 0.5, the neighbours' 1, the regression
 * none of the truth at all; column 1: nobody knows; column 2: no truth. */
static void make(float *truth, float *guess, size_t tracks)
{
	struct random r;

	random_seed(&r, 11, 0);
	for (size_t i = 0; i < tracks; i++) {
		float *y = truth + i * COLUMNS, *g = guess + i * M * COLUMNS;

		y[0] = (float)random_normal(&r);
		y[1] = (float)random_normal(&r);
		y[2] = NAN;
		for (size_t m = 0; m < M; m++) {
			float *of = g + m * COLUMNS;

			of[0] = m == SOUNDBLEND_TREES
				    ? (float)random_normal(&r)
				    : y[0] + (m ? 1.0f : 0.5f) *
						 (float)random_normal(&r);
			of[1] = m ? NAN : (float)random_normal(&r);
			of[2] = 1;
		}
	}
}

static void near(double got, double want, double within)
{
	if (!(fabs(got - want) <= within))
		fail_msg("got %g, wanted %g +- %g", got, want, within);
}

/* The best weights for y from y + e1 and y + e2, all independent, are
 * 1/v1 : 1/v2 of 1 / (1 + 1/v1 + 1/v2) parts. */
static void weighs_by_error(void **state)
{
	static float truth[TRACKS * COLUMNS], guess[TRACKS * M * COLUMNS];
	const struct soundblend_rows rows = { TRACKS, COLUMNS, truth, guess };
	struct soundblend b[COLUMNS];
	struct soundblend_score s;
	double left = 1 / (1 + 4 + 1.0); /* variance that is left */

	(void)state;
	make(truth, guess, TRACKS);
	soundblend_fit(&rows, b, &s);
	near((double)b[0].weight[SOUNDBLEND_GENRE], 4 * left, 0.07);
	near((double)b[0].weight[SOUNDBLEND_NEAR], left, 0.07);
	near((double)b[0].weight[SOUNDBLEND_TREES], 0, 0.05);
	/* errors of a normal law: 80 % are within 1.28 deviations */
	near((double)b[0].spread, 1.28 * sqrt(left), 0.06);
	near((double)b[1].weight[SOUNDBLEND_GENRE], 0, 0.1);
	near((double)b[1].spread, 1.28, 0.2);
	for (size_t m = 0; m < M; m++) {
		assert_true(b[0].weight[m] >= 0);
		assert_true(b[2].weight[m] == 0);
	}
	near(s.coverage, SOUNDBLEND_INSIDE, 0.04);
	near(s.skill, (1 - left) / 2, 0.04); /* one column of two */
	near(s.alone[SOUNDBLEND_NEAR], sqrt(2 / acos(-1)), 0.1);
	near(s.mean_error, sqrt(2 / acos(-1)), 0.05);
	assert_true(s.error < s.mean_error);
	near(s.tracks, TRACKS, 0);
}

static void nothing_known(void **state)
{
	static float truth[4 * COLUMNS], guess[4 * M * COLUMNS];
	struct soundblend_rows rows = { 4, COLUMNS, truth, guess };
	struct soundblend b[COLUMNS];
	struct soundblend_score s;
	struct str line = { 0 };

	(void)state;
	for (size_t i = 0; i < 4 * COLUMNS; i++)
		truth[i] = (float)i;
	for (size_t i = 0; i < 4 * M * COLUMNS; i++)
		guess[i] = NAN;
	soundblend_fit(&rows, b, &s);
	assert_true(b[0].weight[0] == 0 && s.skill == 0);
	soundblend_report(&s, &line);
	assert_non_null(strstr(str_z(&line), "regression none"));
	str_release(&line);
	rows.tracks = 0;
	soundblend_fit(&rows, b, &s);
	assert_true(b[0].weight[0] == 0);
	assert_true(s.tracks == 0 && s.coverage == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weighs_by_error),
		cmocka_unit_test(nothing_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
