/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "audio/contrast.h"
#include "audio/frames.h"

#define N (STFT_RATE * 4)

static float db[MEL_BANDS], out[CONTRAST_BANDS];

static void contrast_frame(const float frame[MEL_BANDS],
			   float values[CONTRAST_BANDS])
{
	float *series[CONTRAST_BANDS];

	for (int c = 0; c < CONTRAST_BANDS; c++)
		series[c] = values + c;
	contrast_series(frame, 1, series);
}

static void near(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("got %.9g, wanted %.9g", got, want);
}

/* Slaney's scale: 200/3 Hz a mel to 1 kHz, then 27 mel for a factor 6.4. */
static double centre_hz(int band)
{
	double top = 15 + 27 * log(STFT_RATE / 2000.0) / log(6.4);
	double mel = top * (band + 1) / (MEL_BANDS + 1);

	return mel < 15 ? mel * 200 / 3 : 1000 * pow(6.4, (mel - 15) / 27);
}

/* A band 30 dB above silence is heard in the octave that holds its centre, and
 * in no other, by its part of that octave's strongest fifth. */
static void test_octaves(void **state)
{
	int bands[CONTRAST_BANDS] = { 0 };

	(void)state;
	for (int b = 0; b < MEL_BANDS; b++) {
		double hz = centre_hz(b);

		bands[hz < 200 ? 0 : (int)fmin(floor(log2(hz / 200)) + 1, 6)]++;
	}
	for (int b = 0; b < MEL_BANDS; b++) {
		double hz = centre_hz(b);
		int octave =
		    hz < 200 ? 0 : (int)fmin(floor(log2(hz / 200)) + 1, 6);

		for (int i = 0; i < MEL_BANDS; i++)
			db[i] = -50;
		db[b] = -20;
		contrast_frame(db, out);
		for (int c = 0; c < CONTRAST_BANDS; c++)
			near(out[c],
			     c == octave ? 30 / round(bands[c] / 5.0) : 0,
			     1e-4);
	}
}

/* Against sorting. */
static int by_value(const void *a, const void *b)
{
	float u = *(const float *)a, v = *(const float *)b;

	return u < v ? -1 : u > v;
}

static void test_sorting(void **state)
{
	static const int from[] = { 0, 7, 15, 31, 56, 82, 108, 128 };
	uint64_t seed = 11;

	(void)state;
	for (int round = 0; round < 200; round++) {
		float sorted[MEL_BANDS];

		for (int b = 0; b < MEL_BANDS; b++)
			db[b] = (float)rng_below(&seed, round % 2 ? 5 : 80000) /
				    1000 -
				80;
		memcpy(sorted, db, sizeof(db));
		contrast_frame(db, out);
		for (int c = 0; c < CONTRAST_BANDS; c++) {
			int n = from[c + 1] - from[c];
			int fifth = (int)lrint(n / 5.0);
			double want = 0;

			qsort(sorted + from[c], (size_t)n, sizeof(*sorted),
			      by_value);
			for (int i = 0; i < fifth; i++)
				want += sorted[from[c + 1] - 1 - i] -
					sorted[from[c] + i];
			near(out[c], want / fifth, 1e-4);
			assert_true(out[c] >= 0);
		}
	}
}

/* Frames do not depend on each other. */
static void test_frames(void **state)
{
	static float many[40 * MEL_BANDS], series[CONTRAST_BANDS][41];
	float *at[CONTRAST_BANDS];
	uint64_t seed = 12;

	(void)state;
	for (int i = 0; i < 40 * MEL_BANDS; i++)
		many[i] = (float)rng_below(&seed, 80000) / 1000 - 80;
	for (size_t n = 1; n <= 40; n++) {
		for (int c = 0; c < CONTRAST_BANDS; c++) {
			at[c] = series[c];
			series[c][n] = -1;
		}
		contrast_series(many, n, at);
		for (size_t t = 0; t < n; t++) {
			contrast_frame(many + t * MEL_BANDS, out);
			for (int c = 0; c < CONTRAST_BANDS; c++)
				near(series[c][t], out[c], 0);
		}
		for (int c = 0; c < CONTRAST_BANDS; c++)
			near(series[c][n], -1, 0); /* nothing beyond */
	}
}

/* Mean contrast of the middle octaves of a sound. */
static double of_sound(float *x)
{
	struct samples s = { .v = x, .count = N };
	struct frames *f = frames_new();
	size_t n = frames_measure(f, &s);
	double sum = 0;

	for (size_t t = 2; t < n - 2; t++) {
		contrast_frame(frames_mel(f) + t * MEL_BANDS, out);
		sum += (out[3] + out[4]) / 2;
	}
	frames_free(f);
	return sum / (double)(n - 4);
}

/* A tone of 400 Hz with 25 partials, noise 40 dB below it, and noise alone. */
static void test_sounds(void **state)
{
	static float tone[N], noise[N], both[N];
	uint64_t seed = 2;
	double flat, deep;

	(void)state;
	for (int i = 0; i < N; i++) {
		noise[i] = (float)rng_below(&seed, 20001) / 1e4f - 1;
		tone[i] = 0;
		for (int h = 1; h <= 25; h++)
			tone[i] += (float)(0.03 * sin(2 * M_PI * 400 * h * i /
						      STFT_RATE));
		both[i] = tone[i] + 0.001f * noise[i];
	}
	flat = of_sound(noise);
	deep = of_sound(both);
	assert_true(flat > 3 && flat < 12);
	assert_true(deep > 30);
	for (int i = 0; i < N; i++)
		both[i] = tone[i] + 0.1f * noise[i];
	assert_true(of_sound(both) > flat && of_sound(both) < deep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_octaves),
		cmocka_unit_test(test_sorting),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_sounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
