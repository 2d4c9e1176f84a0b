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

#include "audio/novelty.h"
#include "audio/onset.h"
#include "audio/tempo.h"
#include "base/mem.h"

#define SECONDS 30

struct clicks { /* short noise bursts */
	double bpm;
	double jitter; /* s, at most so much off their time */
	double swing;  /* of a beat: a fainter click that late; 0: none */
	double drift;  /* the tempo at the end over that at the beginning */
};

struct curves {
	float *strength, *novelty;
	size_t frames;
};

static void burst(float *x, size_t n, double at, double level, uint32_t *seed)
{
	size_t from = (size_t)(at * STFT_RATE);

	for (size_t i = from; i < from + 600 && i < n; i++) {
		*seed = *seed * 1664525 + 1013904223;
		x[i] += (float)(level * ((double)(*seed >> 8) / (1 << 23) - 1) *
				exp(-(double)(i - from) / 150));
	}
}

static void play(const struct clicks *c, float *x, size_t n)
{
	uint32_t seed = 7;
	double at = 0.25;

	for (int beat = 0; at < SECONDS; beat++) {
		double shift = c->jitter * ((beat * 7919) % 11 - 5) / 5;
		double faster =
		    c->drift > 0 ? pow(c->drift, at / SECONDS - 0.5) : 1;
		double interval = 60 / (c->bpm * faster);

		burst(x, n, at + shift, 1, &seed);
		if (c->swing > 0)
			burst(x, n, at + c->swing * interval, 0.5, &seed);
		at += interval;
	}
}

static struct curves curves_of(const struct clicks *c)
{
	size_t n = SECONDS * STFT_RATE, frames = stft_frames(n);
	float *x = mem_zalloc(n, sizeof(*x)), frame[STFT_SIZE];
	float mag[STFT_BINS], power[STFT_BINS];
	float *db = mem_zalloc(frames * MEL_BANDS, sizeof(*db));
	struct fft *fft = fft_new(STFT_SIZE);
	struct mel *mel = mel_new();
	struct novelty *novelty = novelty_new();
	struct curves out = { mem_zalloc(frames, sizeof(float)),
			      mem_zalloc(frames, sizeof(float)), frames };

	play(c, x, n);
	novelty_reset(novelty);
	for (size_t t = 0; t < frames; t++) {
		stft_cut(x, n, t, frame);
		stft_spectrum(fft, frame, mag, power);
		mel_bands(mel, power, db + t * MEL_BANDS);
		out.novelty[t] = novelty_frame(novelty, mag);
	}
	novelty_finish(novelty, out.novelty, frames);
	mel_to_db(db, frames);
	onset_strength(db, frames, out.strength);
	free(x);
	free(db);
	fft_free(fft);
	mel_free(mel);
	novelty_free(novelty);
	return out;
}

static struct tempo tempo_of(struct clicks c, double *rate)
{
	struct tempo_work *w = tempo_work_new();
	struct tempo t;
	struct curves v = curves_of(&c);

	tempo_estimate(w, v.strength, v.novelty, v.frames, STFT_FRAME_RATE, &t);
	if (rate)
		*rate = onset_rate(v.strength, v.frames);
	free(v.strength);
	free(v.novelty);
	tempo_work_free(w);
	return t;
}

static void test_clicks(void **state)
{
	(void)state;
	for (double bpm = 50; bpm <= 220; bpm += 5) {
		double rate;
		struct tempo t = tempo_of((struct clicks){ .bpm = bpm }, &rate);

		if (!(fabs(t.bpm / bpm - 1) <= 0.01) ||
		    fabs(t.interval_mean * bpm / 60 - 1) > 0.01 ||
		    t.interval_std > 0.012 || t.confidence < 0.3 ||
		    fabs(rate * 60 / bpm - 1) > 0.06)
			fail_msg("%g BPM: got %g, beats every %g +- %g s, "
				 "confidence %g, %g onsets a second",
				 bpm, t.bpm, t.interval_mean, t.interval_std,
				 t.confidence, rate);
	}
}

/* Long and short, from two to one to nearly even. */
static void test_swing(void **state)
{
	static const double late[] = { 2.0 / 3, 0.6, 0.56 };

	(void)state;
	for (double bpm = 50; bpm <= 220; bpm += 10)
		for (int i = 0; i < 3; i++) {
			struct tempo t = tempo_of(
			    (struct clicks){ .bpm = bpm, .swing = late[i] },
			    NULL);

			if (!(fabs(t.bpm / bpm - 1) <= 0.01))
				fail_msg("%g BPM, swing %g: got %g, else %g",
					 bpm, late[i], t.bpm, t.alternative);
		}
}

static void test_drift(void **state)
{
	(void)state;
	for (double bpm = 50; bpm <= 220; bpm += 10)
		for (double drift = 0.96; drift < 1.05; drift += 0.02) {
			struct tempo t = tempo_of(
			    (struct clicks){ .bpm = bpm, .drift = drift },
			    NULL);

			if (!(fabs(t.bpm / bpm - 1) <= 0.01))
				fail_msg("%g BPM, drift %g: got %g", bpm, drift,
					 t.bpm);
		}
}

/* Both: long and short three to two and two to one, 4 % slower or faster at the
 * end than at the start. */
static void test_swing_and_drift(void **state)
{
	(void)state;
	for (double bpm = 50; bpm <= 220; bpm += 10)
		for (double drift = 0.96; drift < 1.05; drift += 0.08)
			for (double late = 0.6; late < 0.7; late += 0.2 / 3) {
				struct tempo t =
				    tempo_of((struct clicks){ .bpm = bpm,
							      .swing = late,
							      .drift = drift },
					     NULL);

				if (!(fabs(t.bpm / bpm - 1) <= 0.01))
					fail_msg("%g BPM, swing %g, drift %g: "
						 "got %g",
						 bpm, late, drift, t.bpm);
			}
}

/* The alternative is another octave of the same beat. */
static void test_alternative(void **state)
{
	(void)state;
	for (double bpm = 50; bpm <= 220; bpm += 10) {
		struct tempo t = tempo_of((struct clicks){ .bpm = bpm }, NULL);
		double r = t.alternative / t.bpm;

		r = r < 1 ? 1 / r : r;
		if (!(fabs(r / 2 - 1) < 0.04 || fabs(r / 3 - 1) < 0.04) ||
		    t.alternative < TEMPO_MIN || t.alternative > TEMPO_MAX)
			fail_msg("%g BPM: got %g, else %g", bpm, t.bpm,
				 t.alternative);
	}
}

static void test_regularity(void **state)
{
	struct tempo even = tempo_of((struct clicks){ .bpm = 100 }, NULL);
	struct tempo uneven =
	    tempo_of((struct clicks){ .bpm = 100, .jitter = 0.05 }, NULL);

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

	tempo_estimate(w, s, s, n, STFT_FRAME_RATE, &t);
	assert_true(isnan(t.bpm) && isnan(t.confidence) &&
		    isnan(t.interval_mean) && isnan(t.interval_std) &&
		    isnan(t.regularity) && isnan(t.alternative));
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
		cmocka_unit_test(test_swing),
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_swing_and_drift),
		cmocka_unit_test(test_alternative),
		cmocka_unit_test(test_regularity),
		cmocka_unit_test(test_undefined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
