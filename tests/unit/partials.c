/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <math.h>

#include "audio/partials.h"
#include "io/feat.h"

enum { TONES = 30 };

/* A sine, the same over each frame it is in, from one frame on to before
 * another. */
struct tone {
	double hz, amplitude;
	size_t from, to;
	double step; /* cents a frame */
};

static void add_frame(struct partials *p, struct fft *fft, size_t t,
		      const struct tone *tones, size_t count)
{
	float x[STFT_SIZE] = { 0 }, magnitude[STFT_BINS], power[STFT_BINS];

	for (size_t k = 0; k < count; k++) {
		const struct tone *of = &tones[k];
		double hz =
		    of->hz *
		    exp2(of->step * ((double)t - (double)of->from) / 1200);

		if (t < of->from || t >= of->to)
			continue;
		for (int i = 0; i < STFT_SIZE; i++)
			x[i] += (float)(of->amplitude *
					sin(2 * M_PI * hz *
					    ((double)t * STFT_HOP + i) /
					    STFT_RATE));
	}
	stft_spectrum(fft, x, magnitude, power);
	partials_add(p, power);
}

static void play(struct partials *p, size_t frames, const struct tone *tones,
		 size_t count, float out[PARTIALS_COUNT])
{
	struct fft *fft = fft_new(STFT_SIZE);

	partials_reset(p);
	for (size_t t = 0; t < frames; t++)
		add_frame(p, fft, t, tones, count);
	partials_measure(p, out);
	for (int i = 0; i < PARTIALS_COUNT; i++)
		assert_true(isfinite(out[i]));
	fft_free(fft);
}

static void play_afresh(size_t frames, const struct tone *tones, size_t count,
			float out[PARTIALS_COUNT])
{
	struct partials *p = partials_new();

	play(p, frames, tones, count, out);
	partials_free(p);
}

static void assert_near(float got, double want, double within)
{
	if (!(fabs((double)got - want) <= within))
		fail_msg("got %g, wanted %g within %g", (double)got, want,
			 within);
}

/* ln(1 + a second) of so many in so many frames. */
static double rate(double count, size_t frames)
{
	return log1p(count * STFT_FRAME_RATE / (double)frames);
}

static double counted(float of, size_t frames)
{
	return expm1((double)of) * (double)frames / STFT_FRAME_RATE;
}

static const float *band(const float *out, int b)
{
	return out + (b - 1) * PARTIALS_BAND;
}

/* The last class whose first length is not above. */
static int class_of(int length)
{
	static const int firsts[] = {
		0, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96
	};
	int i = PARTIALS_LENGTHS - 1;

	while (firsts[i] > length)
		i--;
	return i;
}

/* One partial of a length, of band 3 and register 2, is all there is. */
static void assert_one(const float *out, int length, size_t frames)
{
	float want[PARTIALS_COUNT] = { 0 };
	float *of = want + 2 * PARTIALS_BAND;
	int at = PARTIALS_LENGTHS + class_of(length);
	float once = (float)rate(1, frames);

	of[PARTIALS_SHARE] = 1;
	for (int i = 0; i < PARTIALS_HELD; i++)
		of[PARTIALS_HELD_SHARE + i] = length >= 4 << i;
	of[PARTIALS_BRIEF] = length < 4 ? once : 0;
	of[PARTIALS_BEGUN] = length < 4 ? 0 : once;
	of[PARTIALS_LASTING] = length < 16 ? 0 : once;
	want[PARTIALS_LENGTH + at] = 1;
	want[PARTIALS_RATE + at] = once;
	for (int i = 0; i < PARTIALS_COUNT; i++)
		assert_near(out[i], (double)want[i], 1e-5);
}

/* A steady sine is one partial, as long as it is. */
static void one_sine(void **state)
{
	static const int lengths[] = { 1,  2,  3,  4,  5,  6,  7,  8,
				       11, 12, 15, 16, 23, 24, 31, 32,
				       47, 48, 63, 64, 95, 96, 128 };
	struct tone tone = { 440, 0.5, 0, 150, 0 };
	float out[PARTIALS_COUNT];

	(void)state;
	play_afresh(150, &tone, 1, out); /* to the end */
	assert_one(out, 150, 150);
	tone.from = 5;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		tone.to = tone.from + (size_t)lengths[i];
		play_afresh(140, &tone, 1, out);
		assert_one(out, lengths[i], 140);
	}
}

/* From a sound's own frames, but for those that reach beyond its ends. */
static void one_sine_cut(void **state)
{
	enum { N = STFT_RATE * 2 };
	static float x[N];
	struct partials *p = partials_new();
	struct fft *fft = fft_new(STFT_SIZE);
	float scratch[STFT_SIZE], magnitude[STFT_BINS], power[STFT_BINS];
	float out[PARTIALS_COUNT];

	(void)state;
	for (int i = 0; i < N; i++)
		x[i] = (float)(0.5 * cos(2 * M_PI * 440 * i / STFT_RATE));
	partials_reset(p);
	for (size_t t = 2; t + 2 < stft_frames(N); t++) {
		stft_spectrum(fft, stft_frame(x, N, t, scratch), magnitude,
			      power);
		partials_add(p, power);
	}
	partials_measure(p, out);
	assert_one(out, (int)stft_frames(N) - 4, stft_frames(N) - 4);
	fft_free(fft);
	partials_free(p);
}

/* Short ones are brief, each in its band. */
static void bursts(void **state)
{
	struct tone tones[TONES];
	float out[PARTIALS_COUNT];
	size_t n = 0;

	(void)state;
	for (size_t t = 0; n < 10; t += 10, n += 2) {
		tones[n] = (struct tone){ 100, 0.5, t, t + 2, 0 };
		tones[n + 1] = (struct tone){ 2400, 0.5, t + 5, t + 8, 0 };
	}
	tones[n++] = (struct tone){ 1200, 0.5, 60, 64, 0 };
	play_afresh(100, tones, n, out);
	for (int b = 1; b <= PARTIALS_BANDS; b++) {
		const float *of = band(out, b);
		bool brief = b == 1 || b == 5;

		assert_near(of[PARTIALS_BRIEF], rate(brief ? 5 : 0, 100), 1e-5);
		assert_near(of[PARTIALS_BEGUN], rate(b == 4, 100), 1e-5);
		assert_near(of[PARTIALS_LASTING], 0, 0);
		assert_near(of[PARTIALS_HELD_SHARE], b == 4, 1e-5);
		assert_near(of[PARTIALS_HELD_SHARE + 1], 0, 0);
	}
	/* 10, 15 and 4 frames of the same amplitude */
	assert_near(band(out, 1)[PARTIALS_SHARE], 10 / 29., 0.01);
	assert_near(band(out, 4)[PARTIALS_SHARE], 4 / 29., 0.01);
	assert_near(band(out, 5)[PARTIALS_SHARE], 15 / 29., 0.01);
	/* registers: 100 Hz alone is below 250 */
	assert_near(out[PARTIALS_LENGTH + 1], 1, 1e-5);
	assert_near(out[PARTIALS_RATE + 1], rate(5, 100), 1e-5);
	assert_near(out[PARTIALS_LENGTH + 2 * PARTIALS_LENGTHS + 1],
		    sqrt(15 / 19.), 0.01);
	assert_near(out[PARTIALS_LENGTH + 2 * PARTIALS_LENGTHS + 2],
		    sqrt(4 / 19.), 0.01);
	assert_near(out[PARTIALS_RATE + 2 * PARTIALS_LENGTHS + 1], rate(5, 100),
		    1e-5);
	for (int l = 0; l < PARTIALS_LENGTHS; l++)
		assert_near(out[PARTIALS_RATE + PARTIALS_LENGTHS + l], 0, 0);
}

/* A click has no peaks. */
static void click(void **state)
{
	struct partials *p = partials_new();
	struct fft *fft = fft_new(STFT_SIZE);
	float out[PARTIALS_COUNT];

	(void)state;
	partials_reset(p);
	for (int t = 0; t < 4; t++) {
		float x[STFT_SIZE] = { 0 }, magnitude[STFT_BINS];
		float power[STFT_BINS];

		x[1800 - t * STFT_HOP] = 1;
		stft_spectrum(fft, x, magnitude, power);
		partials_add(p, power);
	}
	partials_measure(p, out);
	for (int i = 0; i < PARTIALS_COUNT; i++)
		assert_near(out[i], 0, 0);
	fft_free(fft);
	partials_free(p);
}

/* Two of one length share as their amplitudes are; what is 45 dB below the
 * strongest, or below -50 dB, is not heard. */
static void amplitudes(void **state)
{
	struct tone tones[] = { { 440, 0.6, 0, 80, 0 },
				{ 1000, 0.2, 0, 80, 0 } };
	float out[PARTIALS_COUNT];

	(void)state;
	play_afresh(80, tones, 2, out);
	assert_near(band(out, 3)[PARTIALS_SHARE], 0.75, 0.005);
	assert_near(band(out, 4)[PARTIALS_SHARE], 0.25, 0.005);
	for (int b = 3; b <= 4; b++) {
		assert_near(band(out, b)[PARTIALS_HELD_SHARE + 4], 1, 1e-5);
		assert_near(band(out, b)[PARTIALS_LASTING], rate(1, 80), 1e-5);
	}
	assert_near(out[PARTIALS_LENGTH + PARTIALS_LENGTHS + 10], 1, 1e-5);
	assert_near(out[PARTIALS_LENGTH + 2 * PARTIALS_LENGTHS + 10], 1, 1e-5);
	tones[1].to = 20; /* a quarter as long */
	play_afresh(80, tones, 2, out);
	assert_near(band(out, 4)[PARTIALS_SHARE], 1 / 13., 0.005);
	tones[1].amplitude = 0.6 * pow(10, -43 / 20.);
	play_afresh(80, tones, 2, out);
	assert_near(band(out, 4)[PARTIALS_BEGUN], rate(1, 80), 1e-5);
	tones[1].amplitude = 0.6 * pow(10, -47 / 20.);
	play_afresh(80, tones, 2, out);
	assert_near(band(out, 4)[PARTIALS_BEGUN], 0, 0);
	/* a sine of amplitude 1 has 54.2 dB at most, 1.4 less between bins */
	tones[0].amplitude = pow(10, -100 / 20.);
	play_afresh(80, tones, 1, out);
	assert_near(band(out, 3)[PARTIALS_BEGUN], rate(1, 80), 1e-5);
	tones[0].amplitude = pow(10, -106 / 20.);
	play_afresh(80, tones, 1, out);
	for (int i = 0; i < PARTIALS_COUNT; i++)
		assert_near(out[i], 0, 0);
}

/* What moves by less than 60 cents a frame is one, of its mean pitch; what
 * leaps, or pauses, is two. */
static void glides(void **state)
{
	struct tone glide = { 300, 0.5, 0, 30, 50 };
	struct tone leap[] = { { 440, 0.5, 0, 40, 0 },
			       { 660, 0.5, 40, 100, 0 } };
	float out[PARTIALS_COUNT];

	(void)state;
	play_afresh(30, &glide, 1, out); /* to 693 Hz, 456 in the mean */
	assert_one(out, 30, 30);
	glide.hz = 693;
	glide.step = -50;
	play_afresh(30, &glide, 1, out);
	assert_one(out, 30, 30);
	glide = (struct tone){ 420, 0.5, 0, 12, 70 };
	play_afresh(12, &glide, 1, out);
	assert_near(band(out, 3)[PARTIALS_BRIEF], rate(12, 12), 1e-5);
	assert_near(band(out, 3)[PARTIALS_BEGUN], 0, 0);
	play_afresh(100, leap, 2, out);
	assert_near(band(out, 3)[PARTIALS_BEGUN], rate(2, 100), 1e-5);
	assert_near(band(out, 3)[PARTIALS_HELD_SHARE + 3], 1, 1e-5);
	assert_near(band(out, 3)[PARTIALS_HELD_SHARE + 4], 0, 0);
	leap[1].hz = 440;
	leap[1].from = 41;
	play_afresh(100, leap, 2, out);
	assert_near(band(out, 3)[PARTIALS_BEGUN], rate(2, 100), 1e-5);
}

/* Where two are near to one peak, the stronger has it: the weaker takes
 * another, if that is near, or ends. */
static void stronger_first(void **state)
{
	struct tone tones[] = { { 4000, 0.5, 0, 8, 0 },
				{ 4120, 0.5, 0, 8, 0 },
				{ 4065, 0.5, 8, 16, 0 },
				{ 4200, 0.5, 8, 16, 0 } };
	float out[PARTIALS_COUNT];

	(void)state;
	for (int i = 0; i < 2; i++) {
		tones[0].amplitude = i ? 0.3 : 0.6;
		play_afresh(16, tones, 4, out);
		assert_near(band(out, 5)[PARTIALS_BEGUN], rate(i ? 3 : 2, 16),
			    1e-5);
		assert_near(band(out, 5)[PARTIALS_LASTING], rate(i ? 1 : 2, 16),
			    1e-5);
	}
}

/* Of thirty the 24 strongest, here the highest; each goes on as itself. */
static void many(void **state)
{
	static const int want[PARTIALS_BANDS] = { 0, 0, 0, 4, 20 };
	struct tone tones[TONES];
	float out[PARTIALS_COUNT];

	(void)state;
	for (int k = 0; k < TONES; k++)
		tones[k] =
		    (struct tone){ 150 * (k + 1), 0.002 * (k + 6), 0, 40, 0 };
	play_afresh(40, tones, TONES, out);
	for (int b = 0; b < PARTIALS_BANDS; b++) {
		assert_near(out[b * PARTIALS_BAND + PARTIALS_LASTING],
			    rate(want[b], 40), 1e-5);
		assert_near(out[b * PARTIALS_BAND + PARTIALS_BRIEF], 0, 0);
	}
}

static void add_noise(struct partials *p, size_t frames)
{
	struct fft *fft = fft_new(STFT_SIZE);
	uint64_t rng = 7;

	partials_reset(p);
	for (size_t t = 0; t < frames; t++) {
		float x[STFT_SIZE], magnitude[STFT_BINS], power[STFT_BINS];

		for (int i = 0; i < STFT_SIZE; i++)
			x[i] = (float)rng_below(&rng, 2001) / 1000 - 1;
		stft_spectrum(fft, x, magnitude, power);
		partials_add(p, power);
	}
	fft_free(fft);
}

static void noise(void **state)
{
	enum { FRAMES = 300 };
	struct partials *p = partials_new();
	float out[PARTIALS_COUNT], again[PARTIALS_COUNT];
	double shares = 0, partials = 0, kept = 0;

	(void)state;
	add_noise(p, FRAMES);
	partials_measure(p, out);
	for (int b = 1; b <= PARTIALS_BANDS; b++) {
		const float *of = band(out, b);

		shares += (double)of[PARTIALS_SHARE];
		partials += counted(of[PARTIALS_BRIEF], FRAMES) +
			    counted(of[PARTIALS_BEGUN], FRAMES);
		for (int i = 1; i < PARTIALS_HELD; i++)
			assert_true(of[PARTIALS_HELD_SHARE + i] <=
				    of[PARTIALS_HELD_SHARE + i - 1]);
	}
	assert_true(fabs(shares - 1) < 1e-5);
	assert_true(partials > 10 * FRAMES && partials < 24 * FRAMES);
	for (int r = 0; r < PARTIALS_REGISTERS; r++) {
		double sum = 0;

		for (int l = 0; l < PARTIALS_LENGTHS; l++) {
			int at = r * PARTIALS_LENGTHS + l;

			sum += pow((double)out[PARTIALS_LENGTH + at], 2);
			kept += counted(out[PARTIALS_RATE + at], FRAMES);
		}
		assert_true(fabs(sum - 1) < 1e-5);
	}
	assert_true(fabs(kept - partials) < 0.1);
	partials_measure(p, again); /* nothing was added since */
	assert_memory_equal(again, out, sizeof(out));
	partials_free(p);
}

static void silence(void **state)
{
	static const float power[STFT_BINS];
	struct partials *p = partials_new();
	float out[PARTIALS_COUNT];

	(void)state;
	partials_reset(p);
	for (int t = 0; t < 100; t++)
		partials_add(p, power);
	partials_measure(p, out);
	for (int i = 0; i < PARTIALS_COUNT; i++)
		assert_near(out[i], 0, 0);
	partials_free(p);
}

/* Nothing is left of the recording before, measured or not. */
static void reset(void **state)
{
	static const struct tone tones[] = { { 440, 0.5, 3, 60, 10 },
					     { 1500, 0.3, 0, 50, -20 } };
	struct partials *p = partials_new();
	float fresh[PARTIALS_COUNT], out[PARTIALS_COUNT];

	(void)state;
	play_afresh(64, tones, 2, fresh);
	for (int i = 0; i < 2; i++) {
		play(p, 64, tones, 2, out);
		assert_memory_equal(out, fresh, sizeof(fresh));
	}
	add_noise(p, 20);
	play(p, 64, tones, 2, out);
	assert_memory_equal(out, fresh, sizeof(fresh));
	partials_free(p);
}

static void names(void **state)
{
	char name[PARTIALS_COUNT][64];

	(void)state;
	for (int i = 0; i < PARTIALS_COUNT; i++) {
		const char *unit = partials_name(i, name[i], sizeof(name[i]));
		bool share = i < PARTIALS_LENGTH
				 ? i % PARTIALS_BAND < PARTIALS_BRIEF
				 : i < PARTIALS_RATE;

		assert_string_equal(unit, share ? "1" : "ln 1/s");
		assert_true(strlen(unit) < FEAT_UNIT);
		assert_true(strlen(name[i]) < FEAT_NAME);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(name[i], name[k]);
	}
	assert_int_equal(PARTIALS_COUNT, 117);
	assert_string_equal(name[0], "partial1_share");
	assert_string_equal(name[2 * PARTIALS_BAND + PARTIALS_HELD_SHARE + 4],
			    "partial3_held64");
	assert_string_equal(name[PARTIALS_LENGTH - 1], "partial5_lasting");
	assert_string_equal(name[PARTIALS_RATE - 1], "partial_length3_12");
	assert_string_equal(name[PARTIALS_COUNT - 1], "partial_rate3_12");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_sine),
		cmocka_unit_test(one_sine_cut),
		cmocka_unit_test(bursts),
		cmocka_unit_test(click),
		cmocka_unit_test(amplitudes),
		cmocka_unit_test(glides),
		cmocka_unit_test(stronger_first),
		cmocka_unit_test(many),
		cmocka_unit_test(noise),
		cmocka_unit_test(silence),
		cmocka_unit_test(reset),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
