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

#include "audio/onset.h"
#include "audio/tempo.h"
#include "base/mem.h"

#define SECONDS 20

/* Clicks (short noise bursts) at bpm, every `accent`th louder, through the
 * mel bands to onset strength. */
static size_t click_track(double bpm, double jitter, float **strength)
{
	size_t n = SECONDS * STFT_RATE, frames = stft_frames(n);
	float *x = mem_zalloc(n, sizeof(*x)), frame[STFT_SIZE];
	float mag[STFT_BINS], power[STFT_BINS];
	float *db = mem_zalloc(frames * MEL_BANDS, sizeof(*db));
	struct fft *fft = fft_new(STFT_SIZE);
	struct mel *mel = mel_new();
	uint32_t seed = 7;
	int beat = 0;

	for (double at = 0.25; at < SECONDS; at += 60 / bpm, beat++) {
		double shift = jitter * ((beat * 7919) % 11 - 5) / 5;
		size_t from = (size_t)((at + shift) * STFT_RATE);

		for (size_t i = from; i < from + 600 && i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			x[i] = (float)(((double)(seed >> 8) / (1 << 23) - 1) *
				       exp(-(double)(i - from) / 150));
		}
	}
	for (size_t t = 0; t < frames; t++) {
		stft_cut(x, n, t, frame);
		stft_spectrum(fft, frame, mag, power);
		mel_bands(mel, power, db + t * MEL_BANDS);
	}
	mel_to_db(db, frames);
	*strength = mem_zalloc(frames, sizeof(**strength));
	onset_strength(db, frames, *strength);
	free(x);
	free(db);
	fft_free(fft);
	mel_free(mel);
	return frames;
}

static struct tempo tempo_of(double bpm, double jitter, double *rate)
{
	struct tempo_work *w = tempo_work_new();
	struct tempo t;
	float *s;
	size_t n = click_track(bpm, jitter, &s);

	tempo_estimate(w, s, n, STFT_FRAME_RATE, &t);
	if (rate)
		*rate = onset_rate(s, n);
	free(s);
	tempo_work_free(w);
	return t;
}

static void test_clicks(void **state)
{
	(void)state;
	for (double bpm = 60; bpm <= 200; bpm += 4) {
		double rate;
		struct tempo t = tempo_of(bpm, 0, &rate);

		if (fabs(t.bpm / bpm - 1) > 0.01 ||
		    fabs(t.interval_mean * bpm / 60 - 1) > 0.01 ||
		    t.interval_std > 0.012 || t.confidence < 0.3 ||
		    fabs(rate * 60 / bpm - 1) > 0.06)
			fail_msg("%g BPM: got %g, beats every %g +- %g s, "
				 "confidence %g, %g onsets a second",
				 bpm, t.bpm, t.interval_mean, t.interval_std,
				 t.confidence, rate);
	}
}

static void test_regularity(void **state)
{
	struct tempo even = tempo_of(100, 0, NULL);
	struct tempo uneven = tempo_of(100, 0.05, NULL);

	(void)state;
	assert_true(uneven.interval_std > 2 * even.interval_std);
	assert_true(uneven.regularity < even.regularity);
	assert_true(even.regularity > 0.75 && even.regularity <= 1);
	assert_true(uneven.confidence < even.confidence);
}

static void undefined(const float *s, size_t n)
{
	struct tempo_work *w = tempo_work_new();
	struct tempo t;

	tempo_estimate(w, s, n, STFT_FRAME_RATE, &t);
	assert_true(isnan(t.bpm) && isnan(t.confidence) &&
		    isnan(t.interval_mean) && isnan(t.interval_std) &&
		    isnan(t.regularity));
	tempo_work_free(w);
}

static void test_undefined(void **state)
{
	static float s[1000];

	(void)state;
	undefined(s, 1000); /* nothing happens */
	for (int i = 0; i < 1000; i++)
		s[i] = 3;
	undefined(s, 1000); /* nothing changes */
	s[50] = 9;
	undefined(s, 100); /* under four seconds */
	undefined(s, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clicks),
		cmocka_unit_test(test_regularity),
		cmocka_unit_test(test_undefined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
