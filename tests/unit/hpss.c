/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "audio/frames.h"
#include "audio/hpss.h"

#define N (STFT_RATE * 4)
#define WINDOW HPSS_WINDOW

static float chord[N], hits[N], x[N];

static void near(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("got %.9g, wanted %.9g", got, want);
}

/* C major of harmonic tones; bursts of noise of 20 ms, four a second. */
static void synthesise(void)
{
	static const double notes[] = { 261.63, 329.63, 392 };
	uint64_t seed = 1;

	for (int i = 0; i < N; i++) {
		int after = i % (STFT_RATE / 4);

		chord[i] = 0;
		for (int k = 0; k < 3; k++)
			for (int h = 1; h <= 6; h++)
				chord[i] += (float)(0.1 / h *
						    sin(2 * M_PI * notes[k] *
							h * i / STFT_RATE));
		hits[i] = 0;
		if (after < STFT_RATE / 50)
			hits[i] = (float)rng_below(&seed, 20001) / 1e4f - 1;
	}
}

static void mix(float a, float b)
{
	for (int i = 0; i < N; i++)
		x[i] = a * chord[i] + b * hits[i];
}

/* The share of x's energy, and the frames' into series unless NULL. */
static double share(float *series)
{
	struct samples s = { .v = x, .count = N };
	struct frames *f = frames_new();
	struct hpss *h = hpss_new();
	size_t n = frames_measure(f, &s);
	float *each = mem_zalloc(n, sizeof(*each));
	double ratio = hpss_harmonic(h, frames_mel(f), n, each);

	for (size_t t = 0; t < n; t++)
		assert_true(each[t] >= 0 && each[t] <= 1);
	if (series)
		memcpy(series, each, n * sizeof(*each));
	free(each);
	hpss_free(h);
	frames_free(f);
	return ratio / (1 + ratio);
}

static void test_kinds(void **state)
{
	double pure, last, now;

	(void)state;
	mix(1, 0);
	pure = share(NULL);
	assert_true(pure > 0.95);
	mix(0, 1);
	assert_true(share(NULL) < 0.2);
	last = pure;
	for (int db = -30; db <= 30; db += 6) {
		mix(1, (float)pow(10, db / 20.0));
		now = share(NULL);
		assert_true(now < last + 1e-3);
		last = now;
	}
	assert_true(last < 0.25);
}

/* One sample of a sustained chord is a hit where it stands. */
static void test_click(void **state)
{
	float series[1 + N / STFT_HOP];
	int at = N / 2 / STFT_HOP;

	(void)state;
	mix(1, 0);
	x[N / 2] += 8;
	share(series);
	assert_true(series[at] < 0.35);
	assert_true(series[at - 20] > 0.95 && series[at + 20] > 0.95);
}

static void test_level(void **state)
{
	double loud;

	(void)state;
	mix(1, 0.5f);
	loud = share(NULL);
	mix(0.01f, 0.005f);
	near(share(NULL), loud, 1e-4);
}

static int by_value(const void *a, const void *b)
{
	float u = *(const float *)a, v = *(const float *)b;

	return u < v ? -1 : u > v;
}

static long mirror(long i, long n)
{
	if (i < 0)
		i = -1 - i;
	return i < n ? i : 2 * n - 1 - i;
}

static double width(long bin, long bins)
{
	if (bins != MEL_BANDS)
		return 1;
	return mel_centre_hz((int)bin + 1) - mel_centre_hz((int)bin - 1);
}

/* By definition: the share of power [frames][bins], windows sorted. */
static double by_sorting(const float *power, long frames, long bins,
			 float *series)
{
	double part = 0, all = 0;

	for (long t = 0; t < frames; t++) {
		double kept = 0, sum = 0;

		for (long b = 0; b < bins; b++) {
			double p = power[t * bins + b] * width(b, bins);
			float a[WINDOW], c[WINDOW];

			for (long i = 0; i < WINDOW; i++) {
				long d = i - WINDOW / 2;

				a[i] = power[mirror(t + d, frames) * bins + b];
				c[i] = power[t * bins + mirror(b + d, bins)];
			}
			qsort(a, WINDOW, sizeof(*a), by_value);
			qsort(c, WINDOW, sizeof(*c), by_value);
			sum += p;
			if (p > 0)
				kept += p * a[WINDOW / 2] /
					(a[WINDOW / 2] + c[WINDOW / 2]);
		}
		if (series)
			series[t] = (float)(kept / sum);
		part += kept;
		all += sum;
	}
	return part / all;
}

/* The networks, rings and mirrors, against sorting; each length reuses the
 * scratch of a longer one. */
static void test_medians(void **state)
{
	static const long lengths[] = { 60, 9, 17, 10, 61 };
	struct hpss *h = hpss_new();
	uint64_t seed = 7;

	(void)state;
	for (int k = 0; k < 5; k++) {
		static float db[64 * MEL_BANDS], power[64 * MEL_BANDS];
		float got[64], want[64];
		double ratio;
		long n = lengths[k];

		for (long i = 0; i < n * MEL_BANDS; i++) {
			/* Few values: ties too. */
			db[i] = (float)rng_below(&seed, k % 2 ? 8 : 8000) *
				    (k % 2 ? 10.f : 0.01f) -
				60;
			power[i] = powf(10, db[i] / 10);
		}
		ratio = hpss_harmonic(h, db, (size_t)n, got);
		near(ratio / (1 + ratio), by_sorting(power, n, MEL_BANDS, want),
		     1e-5);
		for (long t = 0; t < n; t++)
			near(got[t], want[t], 1e-5);
	}
	hpss_free(h);
}

/* Fewer frames than half a window. */
static void test_short(void **state)
{
	float db[3 * MEL_BANDS], got[3];
	struct hpss *h = hpss_new();

	(void)state;
	for (int i = 0; i < 3 * MEL_BANDS; i++)
		db[i] = -20;
	for (size_t n = 1; n <= 3; n++) {
		near(hpss_harmonic(h, db, n, got), 1, 1e-6);
		for (size_t t = 0; t < n; t++)
			near(got[t], 0.5, 1e-6);
	}
	hpss_free(h);
}

/* Mel bands against all bins of the spectrum. */
static void test_full_resolution(void **state)
{
	size_t n = stft_frames(N);
	float *power = mem_zalloc(n * STFT_BINS, sizeof(*power));
	float frame[STFT_SIZE], magnitude[STFT_BINS];
	struct fft *fft = fft_new(STFT_SIZE);

	(void)state;
	for (int db = -12; db <= 12; db += 12) {
		mix(1, (float)pow(10, db / 20.0));
		for (size_t t = 0; t < n; t++) {
			stft_cut(x, N, t, frame);
			stft_spectrum(fft, frame, magnitude,
				      power + t * STFT_BINS);
		}
		near(share(NULL), by_sorting(power, (long)n, STFT_BINS, NULL),
		     0.1);
	}
	fft_free(fft);
	free(power);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_click),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_medians),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_full_resolution),
	};

	synthesise();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
