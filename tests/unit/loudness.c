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

#include <ebur128.h>

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

struct stretch {
	double seconds, level; /* dBFS, of the peaks */
};

/* Stretches of a 1 kHz stereo sine, until one of no length. */
static void program(const struct stretch *part, double *integrated,
		    double *range)
{
	struct loudness *l = loudness_new(RATE, 2);

	for (; part->seconds > 0; part++) {
		double a = pow(10, part->level / 20);

		for (long i = 0; i < lrint(part->seconds * RATE); i++) {
			float v = (float)(a * sin(2 * M_PI * 1000 * (double)i /
						  RATE));

			loudness_add(l, (float[]){ v, v }, 1);
		}
	}
	*integrated = loudness_integrated(l);
	*range = loudness_range(l);
	loudness_free(l);
}

/* EBU Tech 3341, table 1: what can be synthesised of what has an integrated
 * loudness. Case 6 is below; 7 and 8 are recordings. */
static void test_tech_3341(void **state)
{
	static const struct {
		struct stretch part[6];
		double lufs;
	} cases[] = {
		{ { { 20, -23 } }, -23 },
		{ { { 20, -33 } }, -33 },
		{ { { 10, -36 }, { 60, -23 }, { 10, -36 } }, -23 },
		{ { { 10, -72 },
		    { 10, -36 },
		    { 60, -23 },
		    { 10, -36 },
		    { 10, -72 } },
		  -23 },
		{ { { 20, -26 }, { 20.1, -20 }, { 20, -26 } }, -23 },
	};
	double lufs, range;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		program(cases[i].part, &lufs, &range);
		near(lufs, cases[i].lufs, 0.1);
	}
}

/* Case 6: L and R -28, C -24, Ls and Rs -30 dBFS. */
static void test_tech_3341_surround(void **state)
{
	static const double level[] = { -28, -28, -24, -30, -30 };
	struct loudness *l = loudness_new(RATE, 5);

	(void)state;
	for (long i = 0; i < 20 * (long)RATE; i++) {
		double v = sin(2 * M_PI * 1000 * (double)i / RATE);
		float x[5];

		for (int c = 0; c < 5; c++)
			x[c] = (float)(pow(10, level[c] / 20) * v);
		loudness_add(l, x, 1);
	}
	near(loudness_integrated(l), -23, 0.1);
	loudness_free(l);
}

/* EBU Tech 3342, table 1 (which allows 1 LU); 5 and 6 are recordings. */
static void test_tech_3342(void **state)
{
	static const struct {
		struct stretch part[6];
		double lu;
	} cases[] = {
		{ { { 20, -20 }, { 20, -30 } }, 10 },
		{ { { 20, -20 }, { 20, -15 } }, 5 },
		{ { { 20, -40 }, { 20, -20 } }, 20 },
		{ { { 20, -50 },
		    { 20, -35 },
		    { 20, -20 },
		    { 20, -35 },
		    { 20, -50 } },
		  15 },
	};
	double lufs, range;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		program(cases[i].part, &lufs, &range);
		near(range, cases[i].lu, 0.1);
	}
	measure(RATE, 2, 1000, -23, 20, &range);
	near(range, 0, 0.1);
}

enum signal { NOISE, MUSIC, SIGNALS };

/* Signals whose channels differ. Noise: white, its level going up and down by
 * 20 dB; music: struck notes that decay, every half second another one, over
 * a bass. */
static float *make(enum signal kind, int rate, int channels, size_t frames)
{
	float *x = malloc(frames * (size_t)channels * sizeof(*x));
	uint32_t seed = 1;

	assert_non_null(x);
	for (size_t i = 0; i < frames; i++) {
		double t = (double)i / rate, note = floor(2 * t);
		double hz = 110 * pow(2, fmod(7 * note, 24) / 12);
		double v = 0, level = pow(10, -1 + 0.5 * sin(2 * t));

		if (kind == MUSIC)
			v = exp(-6 * (t - note / 2)) *
				(0.3 * sin(2 * M_PI * hz * t) +
				 0.2 * sin(6 * M_PI * hz * t)) +
			    0.1 * sin(2 * M_PI * 55 * t);
		for (int c = 0; c < channels; c++) {
			seed = seed * 1664525 + 1013904223;
			if (kind == NOISE)
				v = level *
				    ((double)(seed >> 8) / (1 << 24) - 0.5);
			x[i * (size_t)channels + (size_t)c] =
			    (float)(v * (1 - 0.09 * c));
		}
	}
	return x;
}

/* Against libebur128, whose defaults end at six channels: of seven and eight it
 * is told what BS.1770-4 says (table 4: 1.41 at 60 to 120 degrees). */
static void compare(enum signal kind, int rate, int channels, double seconds,
		    double range_tolerance)
{
	static const int last[2][4] = {
		{ EBUR128_Mp180, EBUR128_Mp090, EBUR128_Mm090, 0 },
		{ EBUR128_Mp135, EBUR128_Mm135, EBUR128_Mp090, EBUR128_Mm090 },
	};
	size_t frames = (size_t)(seconds * rate);
	float *x = make(kind, rate, channels, frames);
	ebur128_state *e = ebur128_init((unsigned)channels, (unsigned long)rate,
					EBUR128_MODE_I | EBUR128_MODE_LRA);
	struct loudness *l = loudness_new(rate, channels);
	double lufs, lu;

	assert_non_null(e);
	for (int c = 4; channels > 6 && c < channels; c++)
		ebur128_set_channel(e, (unsigned)c, last[channels - 7][c - 4]);
	assert_int_equal(ebur128_add_frames_float(e, x, frames), 0);
	ebur128_loudness_global(e, &lufs);
	ebur128_loudness_range(e, &lu);
	loudness_add(l, x, frames);
	if (!(fabs(loudness_integrated(l) - lufs) <= 0.1))
		fail_msg("signal %d, %d Hz, %d channels: %.3f LUFS, not %.3f",
			 kind, rate, channels, loudness_integrated(l), lufs);
	if (range_tolerance > 0)
		near(loudness_range(l), lu, range_tolerance);
	ebur128_destroy(&e);
	loudness_free(l);
	free(x);
}

static void test_oracle(void **state)
{
	static const int rates[] = { 8000,  11025, 22050, 44100,
				     48000, 96000, 192000 };

	(void)state;
	for (int kind = 0; kind < SIGNALS; kind++) {
		for (size_t r = 0; r < sizeof(rates) / sizeof(*rates); r++)
			for (int c = 1; c <= 2; c++)
				compare((enum signal)kind, rates[r], c, 3, 0);
		for (int c = 1; c <= 8; c++)
			compare((enum signal)kind, 48000, c, 3, 0);
		compare((enum signal)kind, 192000, 8, 1, 0);
		compare((enum signal)kind, 8000, 7, 3, 0);
	}
	/* Its windows start every second, ours every 0.1 s. */
	compare(NOISE, 22050, 2, 60, 0.3);
	compare(MUSIC, 22050, 1, 60, 0.3);
}

/* Told by the file which channel is which. */
static void test_weights(void **state)
{
	struct loudness *l = loudness_new(RATE, 6);
	float *x = make(NOISE, RATE, 6, RATE);
	double usual, other;

	(void)state;
	loudness_add(l, x, RATE);
	usual = loudness_integrated(l);
	loudness_free(l);
	/* L R C LFE Ls Rs as Vorbis has them: L C R Ls Rs LFE. */
	for (long i = 0; i < RATE; i++) {
		float v[6], *f = x + i * 6;

		memcpy(v, f, sizeof(v));
		f[1] = v[2];
		f[2] = v[1];
		f[3] = v[4];
		f[4] = v[5];
		f[5] = v[3];
	}
	l = loudness_new(RATE, 6);
	loudness_weigh(l, 3, LOUDNESS_SIDE);
	loudness_weigh(l, 4, LOUDNESS_SIDE);
	loudness_weigh(l, 5, 0);
	loudness_add(l, x, RATE);
	other = loudness_integrated(l);
	near(other, usual, 1e-9);
	loudness_free(l);
	free(x);
}

/* In whatever portions samples come. */
static void test_portions(void **state)
{
	static const size_t sizes[] = { 1, 7, 4096, 100000 };
	float *x = make(NOISE, 44100, 3, 100000);
	double first = 0;

	(void)state;
	for (int k = 0; k < 4; k++) {
		struct loudness *l = loudness_new(44100, 3);

		for (size_t i = 0; i < 100000; i += sizes[k])
			loudness_add(l, x + 3 * i,
				     100000 - i < sizes[k] ? 100000 - i
							   : sizes[k]);
		if (k == 0)
			first = loudness_integrated(l);
		near(loudness_integrated(l), first, 1e-9);
		loudness_free(l);
	}
	free(x);
}

/* Samples that are no numbers cost the 100 ms they are in. */
static void test_wild(void **state)
{
	static const float wild[] = { NAN, INFINITY, -INFINITY };
	float *x = make(MUSIC, RATE, 2, 10 * RATE);
	struct loudness *l = loudness_new(RATE, 2);
	double lufs;

	(void)state;
	loudness_add(l, x, 10 * (size_t)RATE);
	lufs = loudness_integrated(l);
	loudness_free(l);
	l = loudness_new(RATE, 2);
	for (size_t i = 0; i < 3; i++)
		x[2 * (i + 1) * RATE + i % 2] = wild[i];
	loudness_add(l, x, 10 * (size_t)RATE);
	near(loudness_integrated(l), lufs, 0.3);
	assert_true(isfinite(loudness_range(l)));
	loudness_free(l);
	free(x);
}

static void test_nothing(void **state)
{
	double range;

	(void)state;
	assert_true(isnan(measure(RATE, 1, 1000, -90, 5, &range)));
	assert_true(isnan(range));
	/* A block is 0.4 s long, a window of the range 3 s. */
	assert_true(isnan(measure(RATE, 1, 1000, 0, 0.39, NULL)));
	near(measure(RATE, 1, 1000, 0, 0.41, &range), -3.01, 0.1);
	assert_true(isnan(range));
	assert_true(isnan(measure(RATE, 1, 1000, 0, 0, &range)));
	measure(RATE, 1, 1000, 0, 2.99, &range);
	assert_true(isnan(range));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calibration),
		cmocka_unit_test(test_weighting),
		cmocka_unit_test(test_tech_3341),
		cmocka_unit_test(test_tech_3341_surround),
		cmocka_unit_test(test_tech_3342),
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_portions),
		cmocka_unit_test(test_wild),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
