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

#include "audio/chroma.h"
#include "audio/mfcc.h"

/* Slaney's bands have equal area: white power gives every band the same, as
 * far as the bins under the narrow ones allow. */
static void test_white(void **state)
{
	struct mel *m = mel_new();
	float power[STFT_BINS], bands[MEL_BANDS];

	(void)state;
	for (int k = 0; k < STFT_BINS; k++)
		power[k] = 2;
	mel_bands(m, power, bands);
	for (int b = 30; b < MEL_BANDS; b++)
		assert_true(fabs(bands[b] * STFT_BIN_HZ / 2 - 1) < 0.15);
	mel_free(m);
}

/* A line in the spectrum lands in the band centred there: 1 kHz is mel 15 of
 * 49.6, band 38 of 129. */
static void test_line(void **state)
{
	struct mel *m = mel_new();
	float power[STFT_BINS] = { 0 }, bands[MEL_BANDS];
	int best = 0;

	(void)state;
	power[(int)lrint(1000 / STFT_BIN_HZ)] = 1;
	mel_bands(m, power, bands);
	for (int b = 0; b < MEL_BANDS; b++)
		if (bands[b] > bands[best])
			best = b;
	assert_in_range(best, 37, 39);
	mel_free(m);
}

/* A single bin of power 1 gives each band its weight there: the triangle over
 * its tips, of area 1 Hz. */
static void test_weights(void **state)
{
	struct mel *m = mel_new();
	float power[STFT_BINS] = { 0 }, bands[MEL_BANDS];

	(void)state;
	for (int k = 0; k < STFT_BINS; k++) {
		power[k] = 1;
		mel_bands(m, power, bands);
		power[k] = 0;
		for (int b = 0; b < MEL_BANDS; b++) {
			double low = mel_centre_hz(b - 1);
			double tip = mel_centre_hz(b);
			double high = mel_centre_hz(b + 1);
			double hz = k * STFT_BIN_HZ, want = 0;

			if (hz > low && hz <= tip)
				want = (hz - low) / (tip - low);
			else if (hz > tip && hz < high)
				want = (high - hz) / (high - tip);
			want *= 2 / (high - low);
			assert_true(fabs(bands[b] - want) < 1e-8);
		}
	}
	mel_free(m);
}

static void test_db(void **state)
{
	static float b[2 * MEL_BANDS];

	(void)state;
	for (int i = 0; i < 2 * MEL_BANDS; i++)
		b[i] = 0;
	b[3] = 100;
	b[MEL_BANDS] = 1e-3f;
	mel_to_db(b, 2);
	assert_true(fabs(b[3] - 20) < 1e-5);
	assert_true(fabs(b[MEL_BANDS] + 30) < 1e-4);
	assert_true(fabs(b[7] + 60) < 1e-5); /* 80 dB under the top */
}

/* The DCT is orthonormal: a cosine gives one coefficient, sqrt(N/2) times its
 * amplitude; a constant sqrt(N) times it. */
static void test_dct(void **state)
{
	struct mel *m = mel_new();
	float db[MEL_BANDS], c[MFCC_COUNT];

	(void)state;
	for (int want = 0; want < MFCC_COUNT; want++) {
		for (int b = 0; b < MEL_BANDS; b++)
			db[b] = (float)cos(M_PI * want * (b + 0.5) / MEL_BANDS);
		mfcc_frame(m, db, c);
		for (int i = 0; i < MFCC_COUNT; i++) {
			double should =
			    i != want ? 0 : sqrt(MEL_BANDS / (i ? 2.0 : 1.0));

			assert_true(fabs(c[i] - should) < 1e-4);
		}
	}
	mel_free(m);
}

/* Every pitch from A2 up lands in its class. */
static void test_chroma(void **state)
{
	struct chroma *c = chroma_new();

	(void)state;
	for (int midi = 69; midi < 105; midi++) {
		float power[STFT_BINS] = { 0 }, out[CHROMA_BINS];
		double hz = 440 * pow(2, (midi - 69) / 12.0);
		double at = hz / STFT_BIN_HZ;
		int k = (int)at;

		power[k] = (float)(1 - (at - k));
		power[k + 1] = (float)(at - k);
		chroma_frame(c, power, out);
		assert_true(out[midi % 12] == 1);
	}
	chroma_free(c);
}

static void test_chroma_zero(void **state)
{
	struct chroma *c = chroma_new();
	float power[STFT_BINS] = { 0 }, out[CHROMA_BINS];

	(void)state;
	chroma_frame(c, power, out);
	for (int b = 0; b < CHROMA_BINS; b++)
		assert_true(out[b] == 0);
	assert_string_equal(chroma_name(0), "c");
	assert_string_equal(chroma_name(11), "b");
	chroma_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_white),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_db),
		cmocka_unit_test(test_dct),
		cmocka_unit_test(test_chroma),
		cmocka_unit_test(test_chroma_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
