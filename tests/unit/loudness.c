/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/loudness.h"

#define RATE 48000

/* LUFS of `seconds` of a sine in `channels` channels at level dBFS. */
static double measure(int rate, int channels, double hz, double level,
		      double seconds, double *range)
{
	struct loudness *l = loudness_new(rate, channels);
	double a = pow(10, level / 20), result;
	float block[6];

	for (long i = 0; i < lrint(seconds * rate); i++) {
		for (int c = 0; c < channels; c++)
			block[c] =
			    (float)(a * sin(2 * M_PI * hz * (double)i / rate));
		loudness_add(l, block, 1);
	}
	result = loudness_integrated(l);
	if (range)
		*range = loudness_range(l);
	loudness_free(l);
	return result;
}

static void near(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("got %.6f, wanted %.6f", got, want);
}

/* BS.1770-4: 0 dBFS at 997 Hz in one channel is -3.01 LKFS. */
static void test_calibration(void **state)
{
	static const int rates[] = { 8000, 22050, 44100, 48000, 96000 };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++)
		near(measure(rates[i], 1, 997, 0, 5, NULL), -3.01, 0.1);
	near(measure(RATE, 1, 1000, 0, 5, NULL), -3.01, 0.05);
}

/* EBU Tech 3341, cases 1 and 2: stereo, 1 kHz, -23 and -33 dBFS. */
static void test_stereo(void **state)
{
	(void)state;
	near(measure(RATE, 2, 1000, -23, 20, NULL), -23, 0.1);
	near(measure(RATE, 2, 1000, -33, 20, NULL), -33, 0.1);
}

/* The response of BS.1770's filters, dB relative to 1 kHz (from the published
 * 48 kHz coefficients, evaluated on the unit circle). */
static void test_weighting(void **state)
{
	static const double b[] = { 1.53512485958697, -2.69169618940638,
				    1.19839281085285 };
	static const double a[] = { 1, -1.69065929318241, 0.73248077421585 };
	static const double c[] = { 1, -1.99004745483398, 0.99007225036621 };
	static const double hz[] = { 30, 100, 500, 2000, 8000 };
	double at_1k = measure(RATE, 1, 1000, -20, 5, NULL);

	(void)state;
	for (int i = -1; i < 5; i++) {
		static double base;
		double w = 2 * M_PI * (i < 0 ? 1000 : hz[i]) / RATE, db = 0;
		const double *p[4] = { b, a, NULL, c };

		for (int k = 0; k < 4; k++) {
			static const double d[] = { 1, -2, 1 };
			const double *q = p[k] ? p[k] : d;
			double re = q[0] + q[1] * cos(w) + q[2] * cos(2 * w);
			double im = q[1] * sin(w) + q[2] * sin(2 * w);

			db += (k % 2 ? -10 : 10) * log10(re * re + im * im);
		}
		if (i < 0)
			base = db;
		else
			near(measure(RATE, 1, hz[i], -20, 5, NULL) - at_1k,
			     db - base, 0.05);
	}
}

/* EBU Tech 3341 case 3: -36, -23, -36 dBFS: the gate leaves the middle. */
static void test_gate(void **state)
{
	struct loudness *l = loudness_new(RATE, 2);

	(void)state;
	for (int part = 0; part < 3; part++)
		for (long i = 0; i < (part == 1 ? 60 : 10) * (long)RATE; i++) {
			double a = pow(10, (part == 1 ? -23 : -36) / 20.0);
			float v = (float)(a * sin(2 * M_PI * 1000 * (double)i /
						  RATE));

			loudness_add(l, (float[]){ v, v }, 1);
		}
	near(loudness_integrated(l), -23, 0.1);
	loudness_free(l);
}

/* EBU Tech 3342 case 1: 20 s at -20 and 20 s at -30 dBFS: 10 LU. */
static void test_range(void **state)
{
	struct loudness *l = loudness_new(RATE, 2);
	double range;

	(void)state;
	for (long i = 0; i < 40 * (long)RATE; i++) {
		double a = pow(10, (i < 20 * (long)RATE ? -20 : -30) / 20.0);
		float v = (float)(a * sin(2 * M_PI * 1000 * (double)i / RATE));

		loudness_add(l, (float[]){ v, v }, 1);
	}
	near(loudness_range(l), 10, 1);
	loudness_free(l);
	measure(RATE, 2, 1000, -23, 20, &range);
	near(range, 0, 0.1);
}

static void test_nothing(void **state)
{
	double range;

	(void)state;
	assert_true(isnan(measure(RATE, 1, 1000, -90, 5, &range)));
	assert_true(isnan(range));
	assert_true(isnan(measure(RATE, 1, 1000, 0, 0.3, NULL)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calibration),
		cmocka_unit_test(test_stereo),
		cmocka_unit_test(test_weighting),
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
