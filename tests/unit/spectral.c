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

#include "audio/spectral.h"

#define N 22050
static float x[N], frame[STFT_SIZE], mag[STFT_BINS], before[STFT_BINS];
static float power[STFT_BINS], rms[44], zcr[44];

static void sine(double hz, double level)
{
	for (int i = 0; i < N; i++)
		x[i] = (float)(level * sin(2 * M_PI * hz * i / STFT_RATE));
}

static void spectrum(size_t t)
{
	struct fft *f = fft_new(STFT_SIZE);

	stft_cut(x, N, t, frame);
	stft_spectrum(f, frame, mag, power);
	fft_free(f);
}

static void near(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("got %.9g, wanted %.9g", got, want);
}

/* A Hann-windowed sine on a bin has three lines, symmetric around it:
 * 1/4, 1/2, 1/4 of amplitude * size / 2. */
static void test_sine(void **state)
{
	double hz = 100 * STFT_BIN_HZ, c;

	(void)state;
	sine(hz, 0.5);
	spectrum(20);
	near(mag[100], 0.5 * STFT_SIZE / 4, 0.01);
	near(mag[99], 0.5 * STFT_SIZE / 8, 0.01);
	c = spectral_centroid(mag);
	near(c, hz, 0.5);
	/* Rounding far from the line adds a little. */
	near(spectral_bandwidth(mag, c), sqrt(0.5) * STFT_BIN_HZ, 4);
	near(spectral_rolloff(mag), 101 * STFT_BIN_HZ, 1e-9);
	waveform_shape(x, N, rms, zcr);
	near(rms[20], 0.5 / sqrt(2), 1e-4);
	near(zcr[20], 2 * hz / STFT_RATE, 1.0 / STFT_SIZE);
	assert_true(spectral_flatness(power) < 1e-6);
}

static void test_two_sines(void **state)
{
	float y[N];

	(void)state;
	sine(100 * STFT_BIN_HZ, 0.3);
	memcpy(y, x, sizeof(y));
	sine(400 * STFT_BIN_HZ, 0.1);
	for (int i = 0; i < N; i++)
		x[i] += y[i];
	spectrum(20);
	/* Weights 3 : 1. */
	near(spectral_centroid(mag), 175 * STFT_BIN_HZ, 0.5);
	near(spectral_bandwidth(mag, 175 * STFT_BIN_HZ),
	     STFT_BIN_HZ * sqrt(0.75 * 75 * 75 + 0.25 * 225 * 225), 2);
}

static void test_noise(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < N; i++) {
		seed = seed * 1664525 + 1013904223;
		x[i] = (float)(seed >> 8) / (1 << 23) - 1;
	}
	spectrum(20);
	/* Power of noise is exponential: geometric over arithmetic mean is
	 * exp(-Euler's gamma) = 0.56. */
	near(spectral_flatness(power), 0.5615, 0.06);
	near(spectral_centroid(mag), STFT_RATE / 4.0, 300);
	waveform_shape(x, N, rms, zcr);
	near(zcr[20], 0.5, 0.04);
}

/* Equal powers of any level, floor and below it, are white: 1 and no more. */
static void test_white(void **state)
{
	(void)state;
	for (double level = 1e-11; level < 1e6; level *= 1.02) {
		for (int k = 0; k < STFT_BINS; k++)
			power[k] = (float)level;
		near(spectral_flatness(power), 1, 3e-6);
		assert_true(spectral_flatness(power) <= 1);
	}
}

static void test_flux(void **state)
{
	(void)state;
	sine(100 * STFT_BIN_HZ, 0.5);
	spectrum(20);
	memcpy(before, mag, sizeof(before));
	sine(100 * STFT_BIN_HZ, 0.1);
	spectrum(20);
	near(spectral_flux(before, mag), 0, 1e-3); /* only the level */
	sine(300 * STFT_BIN_HZ, 0.1);
	spectrum(20);
	near(spectral_flux(before, mag), sqrt(2), 1e-3);
}

static void test_zeros(void **state)
{
	(void)state;
	memset(x, 0, sizeof(x));
	spectrum(5);
	near(spectral_centroid(mag), 0, 0);
	near(spectral_bandwidth(mag, 0), 0, 0);
	near(spectral_rolloff(mag), 0, 0);
	near(spectral_flatness(power), 1, 1e-6);
	near(spectral_flux(mag, mag), 0, 0);
	waveform_shape(x, N, rms, zcr);
	near(zcr[5], 0, 0);
	near(rms[5], 0, 0);
}

static void test_frames(void **state)
{
	(void)state;
	for (int i = 0; i < N; i++)
		x[i] = (float)(i + 1);
	assert_int_equal(stft_frames(N), 44);
	stft_cut(x, N, 0, frame);
	assert_true(frame[1023] == 0 && frame[1024] == 1);
	stft_cut(x, N, 43, frame);
	assert_true(frame[0] == 43 * 512 - 1024 + 1);
	assert_true(frame[N - (43 * 512 - 1024)] == 0);
	stft_cut(x, 10, 3, frame); /* wholly beyond the end */
	for (int i = 0; i < STFT_SIZE; i++)
		assert_true(frame[i] == 0);
}

/* Every frame of noise of any length, also those that the ends cut off, against
 * the definition. */
static void test_waveform(void **state)
{
	static const size_t lengths[] = { 1,    2,    511,  512,  513, 1024,
					  1535, 2048, 2049, 5000, N };
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < N; i++) {
		seed = seed * 1664525 + 1013904223;
		x[i] = (float)(seed >> 8) / (1 << 23) - 1;
		if (i % 3 == 0)
			x[i] = (float)(i % 2) * -1e-11f;
	}
	for (size_t l = 0; l < sizeof(lengths) / sizeof(*lengths); l++) {
		long n = (long)lengths[l];

		waveform_shape(x, lengths[l], rms, zcr);
		for (long t = 0; t < 1 + n / 512; t++) {
			double squares = 0;
			int changes = 0;

			for (long i = 512 * t - 1024; i < 512 * t + 1024; i++) {
				if (i < 0 || i >= n)
					continue;
				squares += (double)x[i] * x[i];
				if (i > 0 && i > 512 * t - 1024)
					changes += (x[i] < -1e-10) !=
						   (x[i - 1] < -1e-10);
			}
			near(rms[t], sqrt(squares / 2048), 1e-6);
			near(zcr[t], changes / 2048.0, 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sine),   cmocka_unit_test(test_two_sines),
		cmocka_unit_test(test_noise),  cmocka_unit_test(test_white),
		cmocka_unit_test(test_flux),   cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_frames), cmocka_unit_test(test_waveform),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
