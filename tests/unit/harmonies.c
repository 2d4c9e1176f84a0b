/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "audio/harmonies.h"
#include "audio/swings.h"
#include "base/mem.h"

/* A sine of a note's frequency is loudest at that note. */
static void test_semitones(void **state)
{
	struct semitones *s = semitones_new();
	struct fft *fft = fft_new(STFT_SIZE);
	float x[STFT_SIZE], magnitude[STFT_BINS], power[STFT_BINS];

	(void)state;
	for (int note = 30; note < 84; note += 9) {
		double hz = 440 * pow(2, (note - 45) / 12.0);
		const float *v;
		size_t n;
		int best = 0;

		for (int i = 0; i < STFT_SIZE; i++)
			x[i] = (float)sin(2 * M_PI * hz * i / STFT_RATE);
		stft_spectrum(fft, x, magnitude, power);
		semitones_reset(s, 3 * SEMITONES_BLOCK + 1);
		for (int i = 0; i < 3 * SEMITONES_BLOCK + 1; i++)
			semitones_add(s, power);
		v = semitones_blocks(s, &n);
		assert_int_equal(n, 3);
		for (int k = 1; k < SEMITONES; k++)
			if (v[k] > v[best])
				best = k;
		assert_int_equal(best, note);
		assert_memory_equal(v, v + 2 * SEMITONES,
				    SEMITONES * sizeof(*v));
	}
	fft_free(fft);
	semitones_free(s);
}

static void play(float *block, int root, const int *notes, int count)
{
	memset(block, 0, SEMITONES * sizeof(*block));
	for (int i = 0; i < count; i++)
		block[root + notes[i]] = 1;
}

/* Chords are known for what they are, in every key; transposed by less than an
 * octave nothing changes but the register. */
static void test_chords(void **state)
{
	static const int major[] = { 0, 4, 7 }, minor[] = { 0, 3, 7 };
	float blocks[40][SEMITONES], out[HARMONIES_COUNT];
	float sad[HARMONIES_COUNT], mixed[HARMONIES_COUNT];

	(void)state;
	for (int i = 0; i < 40; i++)
		play(blocks[i], 36, major, 3);
	harmonies_measure(*blocks, 40, out);
	assert_true(out[HARMONIES_MAJOR_SHARE] > 0.9f);
	assert_true(fabsf(out[HARMONIES_CHORD] - 1) < 1e-3f);
	assert_true(out[HARMONIES_CHORD + 2 * HARMONIES_MINOR] < 0.9f);
	assert_true(out[HARMONIES_CHANGES] == 0);
	assert_true(out[HARMONIES_CHORD_ENTROPY] < 1e-6f);
	assert_true(fabsf(out[HARMONIES_VOICES_MEAN] - 3) < 1e-3f);
	assert_true(fabsf(out[HARMONIES_PITCH_MEAN] - 39.55f) < 0.05f);
	assert_true(out[HARMONIES_TOP_MEAN] == 36);
	assert_true(out[HARMONIES_TOP_HELD] == 1);
	/* a minor third, one of three intervals */
	assert_true(fabsf(out[HARMONIES_INTERVAL + 2] - 1.0f / 3) < 0.03f);
	assert_true(out[HARMONIES_INTERVAL + 0] < 0.01f);
	assert_true(fabsf(out[HARMONIES_ENTROPY_ALL] - (float)log(3)) < 0.01f);
	for (int i = 0; i < 40; i++)
		play(blocks[i], 41, minor, 3);
	harmonies_measure(*blocks, 40, sad);
	assert_true(sad[HARMONIES_MAJOR_SHARE] < 0.1f);
	for (int i = 0; i < 40; i++)
		play(blocks[i], 36 + 5 * (i / 8 % 2), i / 8 % 2 ? minor : major,
		     3);
	harmonies_measure(*blocks, 40, mixed);
	assert_true(fabsf(mixed[HARMONIES_CHANGES] - 4.0f / 39) < 1e-3f);
	assert_true(fabsf(mixed[HARMONIES_FIRST] - 0.6f) < 0.03f);
	assert_true(mixed[HARMONIES_CHANGE_MEAN] >
		    out[HARMONIES_CHANGE_MEAN] + 0.1f);
	harmonies_measure(*blocks, 9, out);
	for (int i = 0; i < HARMONIES_COUNT; i++)
		assert_true(isnan(out[i]));
}

static void test_silence(void **state)
{
	static float blocks[20][SEMITONES];
	float out[HARMONIES_COUNT];

	(void)state;
	harmonies_measure(*blocks, 20, out);
	for (int i = 0; i < HARMONIES_COUNT; i++)
		assert_true(isfinite(out[i]));
}

/* A level that goes up and down five times a second does so at that rate, in
 * its band; onsets every 20 frames repeat then. */
static void test_swings(void **state)
{
	enum { FRAMES = 1000, BAND = 3, RATE = 5 /* 4 to 6 Hz */ };
	static float levels[FRAMES][MODULATION_BANDS], onset[FRAMES];
	struct swings *s = swings_new();
	float out[SWINGS_COUNT];

	(void)state;
	for (int t = 0; t < FRAMES; t++) {
		for (int b = 0; b < MODULATION_BANDS; b++)
			levels[t][b] = -20;
		levels[t][2 * BAND] = levels[t][2 * BAND + 1] =
		    (float)(-20 + 6 * sin(2 * M_PI * 5 * t / STFT_FRAME_RATE));
		onset[t] = t % 20 == 0 ? 10 : 1;
	}
	swings_measure(s, *levels, onset, FRAMES, out);
	for (int b = 0; b < SWINGS_BANDS; b++)
		for (int r = 0; r < SWINGS_RATES; r++) {
			int i = b * SWINGS_RATES + r;

			if (b == BAND && r == RATE) {
				assert_true(out[SWINGS_LEVEL + i] > 40);
				assert_true(out[SWINGS_AMPLITUDE + i] > 20);
			} else {
				assert_true(out[SWINGS_LEVEL + i] <
					    out[SWINGS_LEVEL +
						BAND * SWINGS_RATES + RATE] -
						10);
			}
		}
	assert_true(out[SWINGS_REPEAT_MAX + 3] > 0.9f); /* 15 to 21 frames */
	assert_true(out[SWINGS_REPEAT_MAX + 1] < 0.1f);
	swings_measure(s, *levels, onset, 255, out);
	for (int i = 0; i < SWINGS_COUNT; i++)
		assert_true(isnan(out[i]));
	swings_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_semitones),
		cmocka_unit_test(test_chords),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_swings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
