/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "audio/cycles.h"
#include "io/feat.h"

enum { FRAMES = 1290, LAGS = 24, WINDOW = 258, AROUND = 21 };
static const int edges[] = { 0, 8, 24, 48, 80, 104, MEL_BANDS };
static const double beats[CYCLES_BEATS] = { .25, 1 / 3., .5,  2 / 3., .75,
					    1,   1.25,   1.5, 1.75,   2,
					    3,   4,      6,   8 };

static float db[FRAMES][MEL_BANDS];

static void fill(float level)
{
	for (int t = 0; t < FRAMES; t++)
		for (int b = 0; b < MEL_BANDS; b++)
			db[t][b] = level;
}

/* Hits, every so many frames, in the mel bands from one to before another: up
 * by 20 dB, then down 1.5 dB a frame. */
static void hit(double every, int from, int to)
{
	for (int t = 0; t < FRAMES; t++) {
		int last = (int)lrint(floor((t + 0.5) / every) * every);
		double level = fmax(20 - 1.5 * (t - last), 0) - 40;

		for (int b = from; b < to; b++)
			db[t][b] = (float)level;
	}
}

static void noise(int from, int to, uint64_t seed)
{
	for (int t = 0; t < FRAMES; t++)
		for (int b = from; b < to; b++)
			db[t][b] = (float)rng_below(&seed, 4001) / 100 - 60;
}

static void measure(size_t frames, double bpm, float out[CYCLES_COUNT])
{
	struct cycles *c = cycles_new();

	cycles_measure(c, *db, frames, bpm, out);
	cycles_free(c);
}

static const float *band(const float *out, int b)
{
	return out + (b - 1) * CYCLES_BAND;
}

static void assert_near(float got, double want, double within)
{
	if (!(fabs((double)got - want) <= within))
		fail_msg("got %g, wanted %g within %g", (double)got, want,
			 within);
}

/* Hits at 120 beats a minute in band 3, in the others chance: their beats are
 * found there and nowhere else but in all. */
static void one_band(void **state)
{
	float out[CYCLES_COUNT];

	(void)state;
	noise(0, MEL_BANDS, 3);
	hit(21.5, edges[2], edges[3]);
	measure(FRAMES, 120, out);
	for (int b = 1; b <= CYCLES_BANDS; b++) {
		const float *beat = band(out, b) + CYCLES_BEAT;
		bool here = b == 3 || b == 7;

		for (int i = 5; i < CYCLES_BEATS; i++) {
			bool whole = beats[i] == floor(beats[i]);

			if (b == 3)
				assert_true(whole ? beat[i] > 0.6f
						  : beat[i] < 0.2f);
			else if (here)
				assert_true(whole ? beat[i] > 0.3f
						  : beat[i] < 0.2f);
			else
				assert_true(beat[i] < 0.2f);
		}
		assert_true(here == (band(out, b)[CYCLES_SHORT] > 0.3f));
		assert_true(here == (band(out, b)[CYCLES_MIDDLE] > 0.3f));
		assert_true(here == (band(out, b)[CYCLES_LONG] > 0.3f));
	}
	/* two beats are 43 frames */
	assert_true(band(out, 3)[CYCLES_BEAT + 9] > 0.9f);
	/* at 80 a minute a beat is one and a half of these */
	measure(FRAMES, 80, out);
	assert_true(band(out, 3)[CYCLES_BEAT + 5] < 0.2f);
	assert_true(band(out, 3)[CYCLES_BEAT + 3] > 0.6f);
	assert_true(band(out, 3)[CYCLES_BEAT + 9] > 0.6f);
}

/* Windows of what repeats are alike, those of chance or of two halves less. */
static void windows(void **state)
{
	float steady[CYCLES_COUNT], turning[CYCLES_COUNT], by[CYCLES_COUNT];

	(void)state;
	hit(20, 0, MEL_BANDS);
	measure(FRAMES, 120, steady);
	hit(27, 0, MEL_BANDS);
	for (int t = 0; t < FRAMES / 2; t++) {
		int at = 20 * (t / 20);

		for (int b = 0; b < MEL_BANDS; b++)
			db[t][b] = (float)fmax(20 - 1.5 * (t - at), 0) - 40;
	}
	measure(FRAMES, 120, turning);
	noise(0, MEL_BANDS, 5);
	measure(FRAMES, 120, by);
	for (int b = 1; b <= CYCLES_BANDS; b++) {
		const float *x = band(steady, b), *y = band(turning, b);
		const float *z = band(by, b);

		assert_true(x[CYCLES_NEXT] > 0.95f);
		assert_true(x[CYCLES_VARIES] < 0.05f);
		assert_true(x[CYCLES_MOST] > 0.4f);
		assert_true(y[CYCLES_VARIES] > 3 * x[CYCLES_VARIES]);
		assert_true(y[CYCLES_NEXT] < x[CYCLES_NEXT]);
		assert_true(y[CYCLES_SHORT] < x[CYCLES_SHORT]);
		assert_true(z[CYCLES_NEXT] < 0.9f);
		assert_true(z[CYCLES_MOST] < 0.2f);
		assert_true(z[CYCLES_SPREAD] < x[CYCLES_SPREAD] / 2);
		assert_true(z[CYCLES_ALL] < x[CYCLES_ALL] / 2);
	}
}

/* --- what man feat-audio(5) says, the long way --- */

static void centred(double *x, int n)
{
	double mean = 0;

	for (int t = 0; t < n; t++)
		mean += x[t] / n;
	for (int t = 0; t < n; t++)
		x[t] -= mean;
}

static double repeats(const double *x, int n, int lag)
{
	double sum = 0, energy = 0;

	for (int t = 0; t < n; t++) {
		energy += x[t] * x[t];
		if (t + lag < n)
			sum += x[t] * x[t + lag];
	}
	return sum / energy;
}

static void repeats_at_lags(const double *x, int n, double out[LAGS])
{
	for (int i = 0; i < LAGS; i++) {
		double lag = 0.15 * pow(4 / 0.15, i / 23.) * STFT_FRAME_RATE;
		int low = (int)lag;

		out[i] = (low + 1 - lag) * repeats(x, n, low) +
			 (lag - low) * repeats(x, n, low + 1);
	}
}

static double deviation(const double *x, int n)
{
	double mean = 0, squares = 0;

	for (int i = 0; i < n; i++)
		mean += x[i] / n;
	for (int i = 0; i < n; i++)
		squares += (x[i] - mean) * (x[i] - mean) / n;
	return sqrt(squares);
}

static double correlation(const double *x, const double *y, int n)
{
	double a[LAGS], b[LAGS], sum = 0;

	memcpy(a, x, (size_t)n * sizeof(*x));
	memcpy(b, y, (size_t)n * sizeof(*y));
	centred(a, n);
	centred(b, n);
	for (int i = 0; i < n; i++)
		sum += a[i] * b[i] / n;
	return sum / deviation(x, n) / deviation(y, n);
}

static int rises_of(int frames, int b, double *out)
{
	int from = b < 6 ? edges[b] : 0, to = b < 6 ? edges[b + 1] : MEL_BANDS;
	int n = frames - 2;
	static double level[FRAMES];

	for (int t = 0; t < n; t++) {
		level[t] = 0;
		for (int i = from; i < to; i++)
			level[t] +=
			    fmax((double)db[t + 2][i] - (double)db[t][i], 0) /
			    (to - from);
	}
	for (int t = 0; t < n; t++) {
		double sum = 0;
		int count = 0;

		for (int k = t - AROUND; k <= t + AROUND; k++)
			if (k >= 0 && k < n) {
				sum += level[k];
				count++;
			}
		out[t] = level[t] - sum / count / 2;
	}
	centred(out, n);
	return n;
}

static void windows_of(const double *x, int n, const double *whole, double *out)
{
	static double of[FRAMES][LAGS];
	double mean[LAGS] = { 0 }, next = 0, varies = 0, part[WINDOW];
	int count = 0;

	for (int t = 0; t + WINDOW <= n; t += 65) {
		for (int i = 0; i < WINDOW; i++)
			part[i] =
			    x[t + i] * (0.5 - 0.5 * cos(2 * M_PI * i / 257));
		centred(part, WINDOW);
		repeats_at_lags(part, WINDOW, of[count++]);
	}
	for (int i = 0; i < LAGS; i++)
		for (int k = 0; k < count; k++)
			mean[i] += of[k][i] / count;
	for (int k = 1; k < count; k++)
		next += correlation(of[k - 1], of[k], LAGS) / (count - 1);
	for (int i = 0; i < LAGS; i++) {
		static double column[FRAMES];

		for (int k = 0; k < count; k++)
			column[k] = of[k][i];
		varies += deviation(column, count) / LAGS;
	}
	out[CYCLES_SAME] = correlation(mean, whole, LAGS);
	out[CYCLES_NEXT] = next;
	out[CYCLES_MOST] = -1;
	for (int i = 0; i < LAGS; i++)
		out[CYCLES_MOST] = fmax(out[CYCLES_MOST], mean[i]);
	out[CYCLES_SPREAD] = deviation(mean, LAGS);
	out[CYCLES_VARIES] = varies;
}

static double most(const double *of, int from, int to)
{
	double x = -1;

	for (int i = from; i <= to && i <= 430; i++)
		x = fmax(x, of[i]);
	return x;
}

static void reference(int frames, double bpm, int b, double *out)
{
	static double x[FRAMES], of[431];
	int n = rises_of(frames, b, x);
	double whole[LAGS];

	repeats_at_lags(x, n, whole);
	windows_of(x, n, whole, out);
	for (int lag = 0; lag <= 430; lag++)
		of[lag] = repeats(x, n, lag);
	out[CYCLES_SHORT] = most(of, 10, 42);
	out[CYCLES_MIDDLE] = most(of, 43, 171);
	out[CYCLES_LONG] = most(of, 172, 430);
	out[CYCLES_ALL] = deviation(of + 10, 421);
	for (int i = 0; i < CYCLES_BEATS; i++) {
		int lag = (int)lrint(60 / bpm * beats[i] * STFT_FRAME_RATE);
		int reach;

		lag = lag < 430 ? lag : 430;
		reach = lag < 50 ? 1 : lag / 25;
		out[CYCLES_BEAT + i] = most(of, lag - reach, lag + reach);
	}
}

/* As the long way gives: sounds with some beat, at the ends of ranges of lags,
 * too; long ones, of two windows and of one; tempi whose eighth beat is behind
 * the last lag. */
static void same_as_reference(void **state)
{
	static const struct {
		int frames;
		double bpm, every;
	} cases[] = { { FRAMES, 93.7, 17.3 }, { FRAMES, 110, 43 },
		      { FRAMES, 200, 172 },   { 700, 38, 18.3 },
		      { 340, 250, 19.3 },     { 260, 61, 20.3 },
		      { 583, 120, 21.5 } };

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
		uint64_t rng = k;
		float out[CYCLES_COUNT];

		hit(cases[k].every, 0, MEL_BANDS);
		for (int t = 0; t < FRAMES; t++)
			for (int b = 0; b < MEL_BANDS; b++)
				db[t][b] += (float)rng_below(&rng, 1001) / 100 -
					    (t ? 0 : 60); /* a first rise */
		measure((size_t)cases[k].frames, cases[k].bpm, out);
		for (int b = 1; b <= CYCLES_BANDS; b++) {
			double want[CYCLES_BAND];

			reference(cases[k].frames, cases[k].bpm, b - 1, want);
			for (int i = 0; i < CYCLES_BAND; i++)
				assert_near(band(out, b)[i], want[i], 1e-5);
		}
	}
}

/* Less than 6 s: 258 rises, from a frame to the second behind it. */
static void too_few(void **state)
{
	static const size_t few[] = { 0, 1, 2, 3, 22, 257, 259 };
	float out[CYCLES_COUNT];

	(void)state;
	hit(20, 0, MEL_BANDS);
	for (size_t k = 0; k < sizeof(few) / sizeof(*few); k++) {
		memset(out, 0, sizeof(out));
		measure(few[k], 120, out);
		for (int i = 0; i < CYCLES_COUNT; i++)
			assert_true(isnan(out[i]));
	}
	measure(260, 120, out);
	for (int i = 0; i < CYCLES_COUNT; i++)
		assert_true(isfinite(out[i]));
}

/* What does not rise, and what rises by the same all the time: no number is
 * made of what rounding leaves. */
static void nothing_comes_back(void **state)
{
	float out[CYCLES_COUNT];

	(void)state;
	fill(-100);
	measure(FRAMES, 120, out);
	for (int i = 0; i < CYCLES_COUNT; i++)
		assert_near(out[i], 0, 0);
	for (int t = 0; t < FRAMES; t++)
		for (int b = 0; b < MEL_BANDS; b++)
			db[t][b] = -(float)t / 16;
	measure(FRAMES, 120, out);
	for (int i = 0; i < CYCLES_COUNT; i++)
		assert_near(out[i], 0, 0);
	for (int t = 0; t < FRAMES; t++)
		for (int b = 0; b < MEL_BANDS; b++)
			db[t][b] = (float)t / 16;
	measure(FRAMES, 120, out);
	for (int i = 0; i < CYCLES_COUNT; i++)
		assert_true(isfinite(out[i]) && fabsf(out[i]) <= 1);
	fill(-100); /* one hit, at the very end, in one band */
	db[FRAMES - 1][60] = -50;
	measure(FRAMES, 120, out);
	for (int i = 0; i < CYCLES_COUNT; i++)
		assert_true(isfinite(out[i]) && fabsf(out[i]) <= 1);
}

static void tempo(void **state)
{
	static const double none[] = { NAN, INFINITY, -INFINITY };
	float at[CYCLES_COUNT], out[CYCLES_COUNT];

	(void)state;
	hit(21.5, 0, MEL_BANDS);
	measure(FRAMES, 100, at);
	for (size_t k = 0; k < sizeof(none) / sizeof(*none); k++) {
		measure(FRAMES, none[k], out);
		assert_memory_equal(out, at, sizeof(at));
	}
	measure(FRAMES, 120, out);
	for (int b = 1; b <= CYCLES_BANDS; b++) {
		assert_memory_equal(band(out, b), band(at, b),
				    CYCLES_BEAT * sizeof(*at));
		assert_memory_not_equal(band(out, b) + CYCLES_BEAT,
					band(at, b) + CYCLES_BEAT,
					CYCLES_BEATS * sizeof(*at));
	}
	measure(FRAMES, 30, at); /* the slowest */
	measure(FRAMES, -7, out);
	assert_memory_equal(out, at, sizeof(at));
	measure(FRAMES, 1e9, out); /* all beats are shorter than a frame */
	for (int b = 1; b <= CYCLES_BANDS; b++)
		for (int i = 1; i < CYCLES_BEATS; i++)
			assert_true(band(out, b)[CYCLES_BEAT + i] ==
				    band(out, b)[CYCLES_BEAT]);
}

/* Recordings of all lengths, one after the other. */
static void scratch(void **state)
{
	static const size_t frames[] = { 300, FRAMES, 100, 300, FRAMES, 260 };
	struct cycles *c = cycles_new();
	float fresh[CYCLES_COUNT], out[CYCLES_COUNT];

	(void)state;
	noise(0, MEL_BANDS, 11);
	hit(21.5, 60, MEL_BANDS);
	for (size_t k = 0; k < sizeof(frames) / sizeof(*frames); k++) {
		measure(frames[k], 120, fresh);
		for (int again = 0; again < 2; again++) {
			cycles_measure(c, *db, frames[k], 120, out);
			if (frames[k] < WINDOW)
				assert_true(isnan(out[0]));
			else
				assert_memory_equal(out, fresh, sizeof(out));
		}
	}
	cycles_free(c);
	cycles_free(NULL);
}

static void names(void **state)
{
	char name[CYCLES_COUNT][64];

	(void)state;
	for (int i = 0; i < CYCLES_COUNT; i++) {
		assert_string_equal(cycles_name(i, name[i], sizeof(name[i])),
				    "1");
		assert_true(strlen(name[i]) < FEAT_NAME);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(name[i], name[k]);
	}
	assert_int_equal(CYCLES_COUNT, 161);
	assert_string_equal(name[CYCLES_SAME], "cycle1_same");
	assert_string_equal(name[CYCLES_BAND + CYCLES_ALL], "cycle2_all");
	assert_string_equal(name[CYCLES_BEAT], "cycle1_beat1");
	assert_string_equal(name[CYCLES_COUNT - 1], "cycle7_beat14");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_band),
		cmocka_unit_test(windows),
		cmocka_unit_test(same_as_reference),
		cmocka_unit_test(too_few),
		cmocka_unit_test(nothing_comes_back),
		cmocka_unit_test(tempo),
		cmocka_unit_test(scratch),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
