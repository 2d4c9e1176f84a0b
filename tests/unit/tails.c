/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "audio/tails.h"

#define FRAMES 1000

static float levels[FRAMES][MODULATION_BANDS];

/* A hit every 100 frames that dies away by 60 dB in `seconds`, down to a noise
 * that is `floor` dB below it. */
static void hits(double seconds, double floor)
{
	for (int t = 0; t < FRAMES; t++)
		for (int b = 0; b < MODULATION_BANDS; b++) {
			double fall =
			    t % 100 * 60 / (seconds * STFT_FRAME_RATE);

			levels[t][b] =
			    (float)(b - fmin(fall, floor) + t % 7 * 1e-3);
		}
}

static void test_decay(void **state)
{
	(void)state;
	for (double seconds = 0.8; seconds < 5; seconds *= 1.5) {
		hits(seconds, 70);
		assert_true(fabs(tails_decay(levels[0], FRAMES) * seconds / 60 -
				 1) < 0.001);
	}
	memset(levels, 0, sizeof(levels));
	assert_true(isnan(tails_decay(levels[0], FRAMES)));
	assert_true(isnan(tails_decay(levels[0], 3)));
}

/* Of 100 levels that fall evenly the median is 45 steps above the 5th
 * percentile; noise 20 dB down fills the gaps. */
static void test_depth(void **state)
{
	double step = 60 / (2 * STFT_FRAME_RATE);

	(void)state;
	hits(2, 70);
	/* The lowest band is at its own floor in the last frame or two. */
	assert_true(fabs(tails_depth(levels[0], FRAMES) - 45 * step) < 1);
	hits(2, 50 * step);
	assert_true(tails_depth(levels[0], FRAMES) < 1);
	hits(2, 0);
	assert_true(tails_depth(levels[0], FRAMES) == 0);
}

/* Digital silence between sounds is no depth. */
static void test_silence(void **state)
{
	(void)state;
	hits(2, 20);
	for (int t = 0; t < FRAMES; t += 2)
		for (int b = 0; b < MODULATION_BANDS; b++)
			levels[t][b] = -80;
	assert_true(tails_depth(levels[0], FRAMES) < 21);
	for (int t = 0; t < FRAMES; t++)
		for (int b = 0; b < MODULATION_BANDS; b++)
			levels[t][b] = -80;
	assert_true(isnan(tails_depth(levels[0], FRAMES)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decay),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
