/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "audio/tonnetz.h"

static float chroma[CHROMA_BINS], out[TONNETZ_AXES];

static void near(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("got %.9g, wanted %.9g", got, want);
}

static void sound(int from_c)
{
	memset(chroma, 0, sizeof(chroma));
	chroma[(from_c + CHROMA_BINS) % CHROMA_BINS] = 1;
	tonnetz_frame(chroma, out);
}

/* Harte's formula, equation 2, of one pitch class; weight does not matter. */
static void test_formula(void **state)
{
	static const double radius[] = { 1, 1, 0.5 };
	static const double angle[] = { 7 / 6.0, 3 / 2.0, 2 / 3.0 };

	(void)state;
	for (int l = 0; l < CHROMA_BINS; l++) {
		sound(l);
		for (int weight = 1; weight < 9; weight += 7) {
			chroma[l] = (float)weight;
			tonnetz_frame(chroma, out);
			for (int c = 0; c < 3; c++) {
				near(out[2 * c],
				     radius[c] * sin(M_PI * angle[c] * l),
				     1e-6);
				near(out[2 * c + 1],
				     radius[c] * cos(M_PI * angle[c] * l),
				     1e-6);
			}
		}
	}
}

/* The circles: twelve fifths go once around the first, four minor and three
 * major thirds around the others, in steps of equal size. */
static void test_circles(void **state)
{
	static const int semitones[] = { 7, 3, 4 };
	static const double turn[] = { 1 / 12.0, 1 / 4.0, 1 / 3.0 };

	(void)state;
	for (int c = 0; c < 3; c++)
		for (int l = 0; l < CHROMA_BINS; l++) {
			double before, after, step;

			sound(l);
			before = atan2(out[2 * c], out[2 * c + 1]);
			sound(l + semitones[c]);
			after = atan2(out[2 * c], out[2 * c + 1]);
			step = fabs(remainder(after - before, 2 * M_PI));
			near(step, 2 * M_PI * turn[c], 1e-5);
		}
}

/* C major: a fifth, a minor and a major third; its centre by hand. */
static void test_triad(void **state)
{
	double s = sin(M_PI / 3);

	(void)state;
	memset(chroma, 0, sizeof(chroma));
	chroma[0] = chroma[4] = chroma[7] = 0.5f;
	tonnetz_frame(chroma, out);
	near(out[0], (0 + s + 0.5) / 3, 1e-6);
	near(out[1], (1 - 0.5 + s) / 3, 1e-6);
	near(out[2], (0 + 0 + 1) / 3.0, 1e-6);
	near(out[3], (1 + 1 + 0) / 3.0, 1e-6);
	near(out[4], 0.5 * (0 + s + s) / 3, 1e-6);
	near(out[5], 0.5 * (1 - 0.5 - 0.5) / 3, 1e-6);
}

/* What is spread evenly is in the middle. */
static void test_middle(void **state)
{
	(void)state;
	for (int b = 0; b < CHROMA_BINS; b++)
		chroma[b] = 0.3f;
	tonnetz_frame(chroma, out);
	for (int i = 0; i < TONNETZ_AXES; i++)
		near(out[i], 0, 1e-6);
	memset(chroma, 0, sizeof(chroma));
	tonnetz_frame(chroma, out);
	for (int i = 0; i < TONNETZ_AXES; i++)
		near(out[i], 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formula),
		cmocka_unit_test(test_circles),
		cmocka_unit_test(test_triad),
		cmocka_unit_test(test_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
