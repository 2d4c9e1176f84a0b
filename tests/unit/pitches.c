/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audio/pitches.h"
#include "base/mem.h"

#define SIZE 8192 /* of a frame, half of it the hop */
#define HOP (SIZE / 2)
#define FRAMES 21
#define LENGTH (SIZE + (FRAMES - 1) * HOP)
#define A 9 /* pitch class */

struct fixture {
	struct pitches *pitches;
	float *x;
	double profile[CHROMA_BINS];
	float dissonance[FRAMES];
};

static int setup(void **state)
{
	struct fixture *f = mem_zalloc(1, sizeof(*f));

	f->pitches = pitches_new();
	f->x = mem_zalloc(LENGTH, sizeof(*f->x));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pitches_free(f->pitches);
	free(f->x);
	free(f);
	return 0;
}

/* A sine, so many semitones above A4, added to x. */
static void tone(struct fixture *f, double semitones, double amplitude,
		 size_t from, size_t to)
{
	double step = 2 * M_PI * 440 * pow(2, semitones / 12) / STFT_RATE;

	for (size_t i = from; i < to; i++)
		f->x[i] += (float)(amplitude * sin(step * (double)i));
}

static double measure(struct fixture *f)
{
	return pitches_profile(f->pitches, f->x, LENGTH, f->profile,
			       f->dissonance);
}

static void test_tuning(void **state)
{
	struct fixture *f = *state;

	for (int cents = -45; cents <= 45; cents += 5)
		for (int octave = -2; octave <= 2; octave++) {
			double sum = 0, got;

			memset(f->x, 0, LENGTH * sizeof(*f->x));
			tone(f, 12 * octave + cents / 100.0, 0.1, 0, LENGTH);
			got = measure(f);
			if (!(fabs(got - cents) < 1))
				fail_msg("%+d cents, octave %+d: %+g", cents,
					 octave, got);
			for (int b = 0; b < CHROMA_BINS; b++)
				sum += f->profile[b];
			assert_true(fabs(sum - 1) < 1e-9);
			assert_true(f->profile[A] > 0.95);
		}
}

static void test_classes(void **state)
{
	struct fixture *f = *state;

	for (int i = -20; i <= 20; i++) {
		memset(f->x, 0, LENGTH * sizeof(*f->x));
		tone(f, i, 0.1, 0, LENGTH);
		measure(f);
		assert_true(f->profile[(A + i + 24) % CHROMA_BINS] > 0.95);
	}
}

/* By amplitude (that of a bin: up to 15 % less where a tone lies between two);
 * and half way between two classes each of them gets
 * cos^2(pi / 2 * 0.5 / 0.7) = 0.188 of what a tone in tune counts. */
static void test_shares(void **state)
{
	struct fixture *f = *state;
	double all;

	tone(f, 0, 0.1, 0, LENGTH);
	tone(f, 7, 0.05, 0, LENGTH);
	measure(f);
	assert_true(fabs(f->profile[A] - 2 / 3.0) < 0.04);
	assert_true(fabs(f->profile[(A + 7) % 12] - 1 / 3.0) < 0.04);
	tone(f, 7, -0.05, 0, LENGTH);
	tone(f, 3.5, 0.05, 0, LENGTH);
	assert_true(fabs(measure(f)) < 2);
	all = 1 + 2 * 0.5 * 0.188;
	assert_true(fabs(f->profile[A] - 1 / all) < 0.02);
	assert_true(fabs(f->profile[(A + 3) % 12] - 0.094 / all) < 0.02);
	assert_true(fabs(f->profile[(A + 4) % 12] - 0.094 / all) < 0.02);
}

static void test_level(void **state)
{
	struct fixture *f = *state;
	double loud[CHROMA_BINS], tuning;

	tone(f, 0.1, 0.3, 0, LENGTH);
	tone(f, 4.1, 0.2, 0, LENGTH / 2);
	tone(f, -4.9, 0.1, LENGTH / 3, LENGTH);
	tuning = measure(f);
	memcpy(loud, f->profile, sizeof(loud));
	for (size_t i = 0; i < LENGTH; i++)
		f->x[i] /= 64;
	assert_true(fabs(measure(f) - tuning) < 0.01);
	for (int b = 0; b < CHROMA_BINS; b++)
		assert_true(fabs(loud[b] - f->profile[b]) < 1e-5);
}

/* Strokes of another pitch in the middle of every fourth frame, ten times as
 * loud: the frames beside hold nothing of them. */
static void test_strokes(void **state)
{
	struct fixture *f = *state;

	tone(f, 0, 0.02, 0, LENGTH);
	for (size_t t = 2; t < FRAMES; t += 4)
		tone(f, 6, 0.2, (t + 1) * HOP - 400, (t + 1) * HOP + 400);
	measure(f);
	assert_true(f->profile[A] > 0.85);
	assert_true(f->profile[(A + 6) % 12] < 0.05);
}

/* White noise has some 310 peaks in a frame: all count, up to 3 kHz. Peaks lie
 * evenly along frequency, so that a class has what its octaves are wide: E, up
 * to 2637 Hz, 1.59 times as much as G sharp, up to 1661 Hz. */
static void test_noise(void **state)
{
	struct fixture *f = *state;
	uint32_t seed = 5;

	for (size_t i = 0; i < LENGTH; i++) {
		seed = seed * 1664525 + 1013904223;
		f->x[i] = (float)(seed >> 8) / (1 << 23) - 1;
	}
	measure(f);
	assert_true(fabs(f->profile[4] / f->profile[8] - 1.59) < 0.25);
}

static void test_dissonance(void **state)
{
	struct fixture *f = *state;

	tone(f, 0, 0.1, 0, LENGTH);
	measure(f);
	for (int t = 0; t < FRAMES; t++)
		assert_true(f->dissonance[t] < 0.01);
	tone(f, 1, 0.1, 0, LENGTH);
	measure(f);
	for (int t = 0; t < FRAMES; t++)
		assert_true(f->dissonance[t] > 0.5);
}

static void test_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(pitches_frames(0), 0);
	assert_int_equal(pitches_frames(SIZE - 1), 0);
	assert_int_equal(pitches_frames(SIZE), 1);
	assert_int_equal(pitches_frames(SIZE + HOP - 1), 1);
	assert_int_equal(pitches_frames(LENGTH), FRAMES);
	assert_true(isnan(measure(f)));
	for (int b = 0; b < CHROMA_BINS; b++)
		assert_true(f->profile[b] == 0);
	tone(f, 0, 0.1, 0, LENGTH);
	assert_true(isnan(
	    pitches_profile(f->pitches, f->x, SIZE - 1, f->profile, NULL)));
	for (int b = 0; b < CHROMA_BINS; b++)
		assert_true(f->profile[b] == 0);
	for (size_t n = SIZE; n <= SIZE + 2 * HOP; n += HOP) {
		pitches_profile(f->pitches, f->x, n, f->profile, NULL);
		assert_true(f->profile[A] > 0.95);
	}
}

/* What came before leaves nothing behind. */
static void test_again(void **state)
{
	struct fixture *f = *state;
	double first[CHROMA_BINS];

	tone(f, 2, 0.1, 0, LENGTH);
	tone(f, 5, 0.1, LENGTH / 2, LENGTH);
	measure(f);
	memcpy(first, f->profile, sizeof(first));
	memset(f->x, 0, LENGTH * sizeof(*f->x));
	measure(f);
	tone(f, 2, 0.1, 0, LENGTH);
	tone(f, 5, 0.1, LENGTH / 2, LENGTH);
	measure(f);
	assert_memory_equal(first, f->profile, sizeof(first));
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_tuning),  TEST(test_classes), TEST(test_shares),
		TEST(test_level),   TEST(test_strokes), TEST(test_dissonance),
		TEST(test_nothing), TEST(test_again),   TEST(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
