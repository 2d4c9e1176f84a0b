/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/novelty.h"

#define FRAMES 60

/* Of FRAMES spectra with one line each: at bin(t), of that magnitude. */
static void lines(int (*bin)(int), float (*magnitude)(int), float *out)
{
	struct novelty *n = novelty_new();
	float spectrum[STFT_BINS];

	novelty_reset(n);
	for (int t = 0; t < FRAMES; t++) {
		memset(spectrum, 0, sizeof(spectrum));
		spectrum[bin(t)] = magnitude(t);
		out[t] = novelty_frame(n, spectrum);
	}
	novelty_finish(n, out, FRAMES);
	novelty_free(n);
}

static int still(int t)
{
	(void)t;
	return 100;
}

static int glide(int t)
{
	return 100 + t / 4; /* a bin at a time */
}

static int leap(int t)
{
	return t < 30 ? 100 : 200;
}

static float even(int t)
{
	(void)t;
	return 1;
}

static float loud(int t)
{
	(void)t;
	return 1000;
}

static float nothing(int t)
{
	(void)t;
	return 0;
}

static float decay(int t)
{
	return expf((float)-t);
}

static void test_rises(void **state)
{
	float a[FRAMES], b[FRAMES];

	(void)state;
	lines(leap, even, a);
	for (int t = 0; t < FRAMES; t++)
		assert_true((a[t] > 0) == (t >= 29 && t <= 31));
	assert_true(a[30] > a[29] && fabsf(a[29] - a[31]) < 1e-6f);
	lines(leap, loud, b);
	for (int t = 0; t < FRAMES; t++)
		assert_true(fabsf(b[t] - a[t]) <= 1e-5f * a[t]);
}

/* A tone that stays, dies away or glides is no onset. */
static void test_no_onset(void **state)
{
	float a[FRAMES], top = 0;

	(void)state;
	lines(still, even, a);
	for (int t = 0; t < FRAMES; t++)
		assert_true(a[t] == 0);
	lines(still, decay, a);
	for (int t = 0; t < FRAMES; t++)
		assert_true(a[t] == 0);
	lines(still, nothing, a);
	for (int t = 0; t < FRAMES; t++)
		assert_true(a[t] == 0);
	lines(leap, even, a);
	top = a[30];
	lines(glide, even, a);
	for (int t = 0; t < FRAMES; t++)
		assert_true(a[t] < 0.4f * top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rises),
		cmocka_unit_test(test_no_onset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
