/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "audio/condition.h"
#include "audio/decode.h"

#define RATE RESAMPLE_RATE
#define N (10 * RATE)

static float x[N];

static enum feat_status of(const struct sound *s)
{
	struct sound copy = *s;

	copy.mono = (struct samples){ x, N, N };
	copy.seconds = 10;
	return condition_of(&copy, RATE);
}

static void tone(double level)
{
	for (int i = 0; i < N; i++)
		x[i] = (float)(level * sin(2 * M_PI * 440 * i / RATE));
}

/* Every `period` seconds a burst of so many seconds, full scale. */
static void bursts(double period, double length)
{
	memset(x, 0, sizeof(x));
	for (double t = 0.1; t < 9.8; t += period)
		for (int i = 0; i < 1 || i < length * RATE; i++)
			x[(int)(t * RATE) + i] = i % 2 ? -1 : 1;
}

static void test_silence(void **state)
{
	const struct sound none = { 0 }, direct = { .offset = -0.2 };

	(void)state;
	memset(x, 0, sizeof(x));
	assert_int_equal(of(&none), FEAT_SILENT);
	assert_int_equal(of(&direct), FEAT_CONSTANT);
	tone(1.3e-4); /* sqrt(2) of the limit */
	assert_int_equal(of(&none), FEAT_SILENT);
	tone(1.6e-4);
	assert_int_equal(of(&none), FEAT_OK);
	/* One second of ten at -40 dBFS is a sound. */
	memset(x + N / 10, 0, sizeof(x) - sizeof(x) / 10);
	tone(1e-2);
	memset(x + N / 10, 0, sizeof(x) - sizeof(x) / 10);
	assert_int_equal(of(&none), FEAT_OK);
	for (int i = 0; i < N; i++)
		x[i] = 0.7f;
	assert_int_equal(of(&none), FEAT_SILENT);
}

static void test_clicks(void **state)
{
	const struct sound none = { 0 };

	(void)state;
	memset(x, 0, sizeof(x));
	x[N / 2] = 1;
	assert_int_equal(of(&none), FEAT_CLICKS);
	memset(x, 0, sizeof(x)); /* the ends of a tone above the range */
	x[0] = x[N - 1] = 0.5;
	assert_int_equal(of(&none), FEAT_SILENT);
	bursts(2, 0);
	assert_int_equal(of(&none), FEAT_CLICKS);
	bursts(2, 0.05);
	assert_int_equal(of(&none), FEAT_CLICKS);
	bursts(2, 0.2); /* a beep is no click */
	assert_int_equal(of(&none), FEAT_OK);
	bursts(1.2, 0); /* 50 a minute: a metronome */
	assert_int_equal(of(&none), FEAT_OK);
	tone(1e-3); /* the same in music */
	x[N / 2] = 1;
	assert_int_equal(of(&none), FEAT_OK);
}

static void test_order(void **state)
{
	struct sound s = { .offset = 0.1 };

	(void)state;
	tone(0.5);
	assert_int_equal(of(&s), FEAT_OFFSET);
	s.clipped = 0.009; /* a sine that just reaches full scale */
	assert_int_equal(of(&s), FEAT_OFFSET);
	s.clipped = 0.021;
	assert_int_equal(of(&s), FEAT_CLIPPED);
	s.partial = true;
	assert_int_equal(of(&s), FEAT_PARTIAL);
	memset(x, 0, sizeof(x));
	assert_int_equal(of(&s), FEAT_CONSTANT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_clicks),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
