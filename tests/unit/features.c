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

#include <unistd.h>

#include "audio/features.h"
#include "base/mem.h"
#include "io/doc.h"

#define REFERENCE "../shared/audio/reference/"
#define N (RESAMPLE_RATE * 8)

static struct feat_schema schema;
enum { ROOM = 1024 };
static float values[ROOM];

static float column(const char *name)
{
	int i = feat_schema_find(&schema, name);

	if (i < 0)
		fail_msg("no column %s", name);
	return values[i];
}

static void fill(struct sound *s, const float *x, size_t n)
{
	MEM_ROOM(s->mono.v, n, s->mono.cap);
	if (n)
		memcpy(s->mono.v, x, n * sizeof(*x));
	s->mono.count = n;
}

static enum feat_status compute(const float *x, size_t n)
{
	struct features *f = features_new();
	struct sound s = { .fraction = NAN,
			   .loudness = NAN,
			   .range = NAN,
			   .seconds = (double)n / RESAMPLE_RATE };
	enum feat_status status;

	fill(&s, x, n);
	status = features_compute(f, &s, FEATURES_HEARD, values);
	sound_release(&s);
	features_free(f);
	return status;
}

static void all_undefined(void)
{
	for (uint32_t i = 0; i < schema.count; i++)
		if (strcmp(schema.columns[i].name, "duration"))
			assert_true(isnan(values[i]));
}

/* The names that others rely on, each once. */
static void test_columns(void **state)
{
	static const char *const names[] = {
		"zcr_mean",
		"rms_mean",
		"centroid_mean",
		"bw_mean",
		"flat_mean",
		"mfcc1_mean",
		"mfcc2_mean",
		"chroma_mean",
		"zcr_std",
		"rms_std",
		"centroid_std",
		"bw_std",
		"flat_std",
		"mfcc1_std",
		"mfcc2_std",
		"chroma_std",
		"mfcc1_dmean",
		"mfcc2_dmean",
		"tempo",
		"tempo_conf",
		"beat_int_mean",
		"beat_int_std",
		"mfcc13_q75",
		"rolloff_median",
		"flux_std",
		"chroma_c_mean",
		"chroma_cs_std",
		"chroma_b_q25",
		"key",
		"mode",
		"key_strength",
		"loudness",
		"loudness_range",
		"onset_mean",
		"onset_std",
		"onset_rate",
		"beat_regularity",
		"duration",
		"decoded_fraction",
		"tempo_alt",
		"key_second",
		"mode_second",
		"mode_margin",
		"tuning",
		"mfcc1_delta_mean",
		"mfcc13_delta_q75",
		"contrast1_mean",
		"contrast7_std",
		"tonnetz1_mean",
		"tonnetz6_max",
		"harmonic_median",
		"dissonance_min",
		"dynamic_range",
		"harmonic_ratio",
		"key_second_strength",
		"mfcc14_mean",
		"mfcc20_std",
		"register14",
		"interval6_all",
		"pitch_class12",
		"chord_fifth_std",
		"top_pitch_held",
		"swing8_10",
		"swing_amp1_1",
		"repeat9_mean",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_true(feat_schema_find(&schema, names[i]) >= 0);
	for (uint32_t i = 0; i < schema.count; i++) {
		assert_true(schema.columns[i].unit[0]);
		assert_int_equal(
		    feat_schema_find(&schema, schema.columns[i].name), i);
	}
	assert_true(schema.count < ROOM);
}

static void test_recipe(void **state)
{
	struct feat_schema other;

	(void)state;
	features_schema(&other, FEATURES_SECONDS);
	assert_memory_equal(other.recipe, schema.recipe, HASH_SIZE);
	feat_schema_release(&other);
	features_schema(&other, 10);
	assert_memory_not_equal(other.recipe, schema.recipe, HASH_SIZE);
	feat_schema_release(&other);
}

/* Silence, constants, too little: a status, never numbers. */
static void test_nothing_to_measure(void **state)
{
	static float x[N];

	(void)state;
	assert_int_equal(compute(x, N), FEAT_SILENT);
	all_undefined();
	assert_true(column("duration") == 8);
	for (int i = 0; i < N; i++)
		x[i] = 0.7f;
	assert_int_equal(compute(x, N), FEAT_SILENT);
	all_undefined();
	for (int i = 0; i < N; i++)
		x[i] = (float)sin(i * 0.1);
	assert_int_equal(compute(x, RESAMPLE_RATE * 2), FEAT_TOO_SHORT);
	all_undefined();
	assert_int_equal(compute(x, 0), FEAT_TOO_SHORT);
	assert_int_equal(compute(x, RESAMPLE_RATE * 3), FEAT_OK);
	assert_true(isnan(column("tempo"))); /* under four seconds */
}

/* Nothing but NaN and finite values, and a sine measures as one. */
static void test_sine(void **state)
{
	static float x[N];

	(void)state;
	for (int i = 0; i < N; i++)
		x[i] = (float)(0.5 * sin(2 * M_PI * 1000 * i / RESAMPLE_RATE));
	assert_int_equal(compute(x, N), FEAT_OK);
	for (uint32_t i = 0; i < schema.count; i++)
		assert_false(isinf(values[i]));
	assert_true(fabsf(column("centroid_median") - 1000) < 5);
	assert_true(fabsf(column("rms_median") - 0.35355f) < 1e-3f);
	assert_true(fabsf(column("zcr_median") - 2000.f / 22050) < 1e-3f);
	assert_true(fabsf(column("loudness") + 3.01f + 6.02f) < 0.1f);
	assert_true(isnan(column("decoded_fraction")));
	assert_true(column("chroma_b_mean") > 0.9f); /* B5: 988 Hz */
	assert_true(fabsf(column("tuning") - 21.3f) < 2);
}

/* A single click is nothing to measure (condition.h). */
static void test_click(void **state)
{
	static float x[N];

	(void)state;
	x[N / 2] = 1;
	assert_int_equal(compute(x, N), FEAT_CLICKS);
	all_undefined();
}

/* Scratch does not leak from one recording into the next. */
static void test_reuse(void **state)
{
	struct features *f = features_new();
	static float x[N];
	float first[ROOM];
	struct sound s = {
		.fraction = 1, .loudness = NAN, .range = NAN, .seconds = 8
	};

	(void)state;
	for (int i = 0; i < N; i++)
		x[i] = (float)(sin(i * 0.05) * ((i / 8000) % 2));
	fill(&s, x, N);
	features_compute(f, &s, FEATURES_HEARD, first);
	for (int i = 0; i < N; i++)
		s.mono.v[i] = (float)sin((double)i * i * 1e-6);
	features_compute(f, &s, FEATURES_HEARD, values);
	assert_memory_not_equal(first, values, schema.count * sizeof(float));
	memcpy(s.mono.v, x, sizeof(x));
	features_compute(f, &s, FEATURES_HEARD, values);
	assert_memory_equal(first, values, schema.count * sizeof(float));
	sound_release(&s);
	features_free(f);
}

/* What a column cannot leave, by the beginning of its name: the first that
 * fits. Standard deviations: 0 to high - low. */
static const struct bounds {
	const char *name;
	double low, high;
} bounds[] = {
	{ "mfcc1_dmean", -10, 10 },
	{ "mfcc2_dmean", -10, 10 },
	{ "mfcc1_delta", -170, 170 }, /* 80 dB sqrt(128) 10 / 60 and a step */
	{ "mfcc1_", -1132, 724 },     /* sqrt(128) times -100 to 64 dB */
	{ "mfcc", -580, 580 },
	{ "centroid", 0, 11025 },
	{ "rolloff", 0, 11025 },
	{ "flux", 0, 1.41422 },
	{ "bw", 0, 5512.5 },
	{ "flat", 0, 1 },
	{ "rms", 0, 1 },
	{ "zcr", 0, 1 },
	{ "chroma_std", 0, 0.5 },
	{ "chroma", 0, 1 },
	{ "contrast", 0, 80 },
	{ "tonnetz5", -0.5, 0.5 },
	{ "tonnetz6", -0.5, 0.5 },
	{ "tonnetz", -1, 1 },
	{ "onset_rate", 0, 14.4 },
	{ "onset", 0, 80 },
	{ "harmonic_ratio", -80, 80 },
	{ "modulation_4hz", 0, 1 },
	{ "bass_share", 0, 1 },
	{ "low_energy", 0, 1 },
	{ "pulse_clarity", -1, 1 },
	{ "dfa_exponent", 0, 2.2 }, /* lines taken off: at most 2, nearly */
	{ "glide", 0, 1 },
	{ "decay", 0, 860 }, /* 80 dB in 93 ms */
	{ "quiet_depth", 0, 80 },
	{ "harmonic", 0, 1 },
	{ "dissonance", 0, 1 },
	{ "tempo_conf", 0, 1 },
	{ "tempo", 38, 250 },
	{ "beat_int_mean", 0.12, 3.2 },
	{ "beat_int_std", 0, 1.6 },
	{ "beat_regularity", 0, 1 },
	{ "key_strength", -1, 1 },
	{ "key_second_strength", -1, 1 },
	{ "key", 0, 11 },
	{ "mode_margin", -2, 2 },
	{ "mode", 0, 1 },
	{ "tuning", -50, 50 },
	{ "loudness_range", 0, 70 },
	{ "loudness", -70, 6 },
	{ "dynamic_range", 0, 70 },
	{ "duration", N / (double)RESAMPLE_RATE, N / (double)RESAMPLE_RATE },
	{ "decoded_fraction", 0, 1 },
	{ "register", 0, 1 },
	{ "interval", 0, 1.0001 },
	{ "pitch_class", 0, 1 },
	{ "chord_entropy", 0, 3.18 }, /* ln 24 */
	{ "chord_", 0, 1.0001 },
	{ "major_share", 0, 1 },
	{ "harmony_entropy", 0, 2.49 }, /* ln 12 */
	{ "harmony_change", 0, 1.4143 },
	{ "note_peaks", 0, 1 },
	{ "voices", 0, 84 },
	{ "pitch_width", 0, 42 },
	{ "pitch_", 0, 83 },
	{ "top_pitch_held", 0, 1 },
	{ "top_pitch_step", 0, 59 },
	{ "top_pitch_", 24, 83 },
	{ "swing_amp", -60, 60 },
	{ "swing", -30, 80 },
	{ "repeat", -1, 1 },
	{ "partial_length", 0, 1 },
	{ "partial", 0, 7 }, /* ln(1 + 24 * 43) */
	{ "cycle", -1.0001, 1.0001 },
};

static void check_bounds(const char *sound, uint32_t column)
{
	const char *name = schema.columns[column].name;
	const struct bounds *b = bounds;
	size_t n = strlen(name);
	double low, high;

	while (strncmp(name, b->name, strlen(b->name)))
		if (++b == bounds + sizeof(bounds) / sizeof(*bounds))
			fail_msg("nobody knows what %s can be", name);
	low = b->low;
	high = b->high;
	if (n > 4 && !strcmp(name + n - 4, "_std")) {
		high -= low;
		low = 0;
	}
	if (values[column] < low || values[column] > high)
		fail_msg("%s: %s is %g", sound, name, values[column]);
}

/* Every column within its bounds, the statistics of a series in their order;
 * what makes no sense of every sound may be NaN. */
static void check(const char *sound)
{
	for (uint32_t i = 0; i < schema.count; i++) {
		if (features_group(i) != FEATURES_DESCRIPTORS)
			check_bounds(sound, i);
		assert_false(isinf(values[i]));
	}
	for (uint32_t i = 0; i < schema.count; i++) {
		const char *name = schema.columns[i].name;
		const char *suffix = strstr(name, "_median");
		const float *v = values + i - 2; /* mean, std, median ... */

		if (!suffix)
			continue;
		for (int k = 0; k < 7; k++)
			if (isnan(v[k]))
				fail_msg("%s: no %s", sound, name);
		if (!(v[3] <= v[5] && v[5] <= v[2] && v[2] <= v[6] &&
		      v[6] <= v[4] && v[3] <= v[0] && v[0] <= v[4] &&
		      v[1] <= (v[4] - v[3]) / 2 * 1.0001f))
			fail_msg("%s: order of %s", sound, name);
	}
}

static float noise(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return (float)(*seed >> 8) / (1 << 23) - 1;
}

/* C F G C, a chord each second, four harmonics a note; on every half second a
 * drum. */
static void song(float *x)
{
	static const int chords[4][3] = {
		{ 0, 4, 7 }, { 5, 9, 12 }, { 7, 11, 14 }, { 0, 4, 7 }
	};
	uint32_t seed = 1;

	for (int i = 0; i < N; i++) {
		double t = (double)i / RESAMPLE_RATE, sum = 0;
		double beat = fmod(t, 0.5);

		for (int k = 0; k < 3; k++) {
			double hz =
			    261.6256 * pow(2, chords[(int)t % 4][k] / 12.0);

			for (int h = 1; h <= 4; h++)
				sum += sin(2 * M_PI * hz * h * t) / h;
		}
		x[i] = (float)(0.1 * sum * exp(-2 * fmod(t, 1)) +
			       0.4 * exp(-60 * beat) * noise(&seed));
	}
}

static void test_song(void **state)
{
	static float x[N];

	(void)state;
	song(x);
	assert_int_equal(compute(x, N), FEAT_OK);
	check("song");
	for (uint32_t i = 0; i < schema.count; i++)
		if (isnan(values[i]) &&
		    features_group(i) != FEATURES_DESCRIPTORS &&
		    strcmp(schema.columns[i].name, "decoded_fraction"))
			fail_msg("no %s", schema.columns[i].name);
	assert_true(fabsf(column("tempo") - 120) < 2.4f);
	assert_true(fabsf(column("beat_int_mean") - 0.5f) < 0.02f);
	assert_true(column("key") == 0 && column("mode") == 1);
	assert_true(column("mode_margin") > 0);
	assert_true(fabsf(column("tuning")) < 3);
	assert_true(fabsf(column("onset_rate") - 2) < 0.3f);
	assert_true(column("chroma_c_mean") > column("chroma_cs_mean"));
	assert_true(column("harmonic_ratio") > 0);
	assert_true(column("dissonance_median") < 0.1f);
}

/* Whatever the sound, sane numbers. */
static void test_sounds(void **state)
{
	static float x[N];
	uint32_t seed = 1;
	float steady;

	(void)state;
	for (int i = 0; i < N; i++)
		x[i] = 0.5f * noise(&seed);
	assert_int_equal(compute(x, N), FEAT_OK);
	check("noise");
	assert_true(fabsf(column("flat_median") - 0.56f) < 0.03f);
	assert_true(fabsf(column("harmonic_mean") - 0.5f) < 0.05f);
	assert_true(column("dynamic_range") < 1);
	steady = column("contrast4_mean");
	for (int i = 0; i < N; i++)
		x[i] *= 0.001f;
	assert_int_equal(compute(x, N), FEAT_OK);
	check("faint noise");
	for (int i = 0; i < N; i++)
		x[i] = (float)(0.3 * sin(2 * M_PI * 110 * i / RESAMPLE_RATE));
	assert_int_equal(compute(x, N), FEAT_OK);
	check("sine");
	assert_true(column("harmonic_ratio") > 15);
	for (int i = 0; i < N; i++) /* a square wave: odd harmonics */
		x[i] = i * 882 / RESAMPLE_RATE % 2 ? 0.2f : -0.2f;
	assert_int_equal(compute(x, N), FEAT_OK);
	check("square");
	assert_true(column("contrast4_mean") > steady + 10);
	for (int i = 0; i < N; i++)
		x[i] = i % (RESAMPLE_RATE / 4) < 300 ? noise(&seed) : 0;
	compute(x, N);
	check("hits");
	assert_true(column("harmonic_ratio") < -5);
	for (int i = 0; i < N; i++)
		x[i] = i < N / 2 ? 0 : 0.3f * noise(&seed);
	assert_int_equal(compute(x, N), FEAT_OK);
	check("late");
}

/* A fifth of the time 20 dB below an eighth of it, the rest between; silence
 * around it is no dynamics. */
static void test_dynamic_range(void **state)
{
	static float x[N];

	(void)state;
	for (int silent = 0; silent < 2; silent++) {
		int from = silent ? N / 3 : 0;

		memset(x, 0, sizeof(x));
		for (int i = from; i < N; i++) {
			int at = (i - from) % 60000;
			double level = at < 12000   ? 0.03
				       : at < 52000 ? 0.1
						    : 0.3;

			x[i] = (float)(level * sin(i * 0.1));
		}
		assert_int_equal(compute(x, N), FEAT_OK);
		assert_true(fabsf(column("dynamic_range") - 20) < 0.5f);
	}
}

static void compare(const struct doc *want, int i, const char *column_name,
		    const char *clip, double floor)
{
	static const char *const statistics[] = { "mean", "std" };

	for (int k = 0; k < 2; k++) {
		char name[FEAT_NAME];
		double w = 0, got;

		snprintf(name, sizeof(name), "%s_%s", column_name,
			 statistics[k]);
		assert_true(doc_number(
		    doc_at(doc_get(want, statistics[k]), (size_t)i), &w));
		got = column(name);
		if (!(fabs(got - w) <= 1e-4 * fmax(fabs(w), floor)))
			fail_msg("%s %s: got %.9g, librosa %.9g", clip, name,
				 got, w);
	}
}

static void compare_clip(const struct doc *clip, const char *name)
{
	static const char *const pairs[][2] = {
		{ "spectral_centroid", "centroid" },
		{ "spectral_rolloff", "rolloff" },
		{ "spectral_bandwidth", "bw" },
		{ "spectral_flatness", "flat" },
		{ "rms", "rms" },
		{ "zero_crossing_rate", "zcr" },
		{ "onset_strength", "onset" },
	};
	static const char *const classes[] = { "c",  "cs", "d",  "ds",
					       "e",  "f",  "fs", "g",
					       "gs", "a",  "as", "b" };
	const struct doc *f = doc_get(clip, "features");
	char c[FEAT_NAME];

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		compare(doc_get(f, pairs[i][0]), 0, pairs[i][1], name, 0);
	for (int i = 0; i < 13; i++) {
		snprintf(c, sizeof(c), "mfcc%d", i + 1);
		compare(doc_get(f, "mfcc"), i, c, name, 1);
	}
	for (int i = 0; i < 12; i++) {
		snprintf(c, sizeof(c), "chroma_%s", classes[i]);
		compare(doc_get(f, "chroma_stft"), i, c, name, 0);
	}
}

/* Within 1e-4, relative (MFCC: of 1 dB at least), of what librosa 0.10.1
 * computes. */
static void test_librosa(void **state)
{
	struct features *f = features_new();
	struct sound s = { 0 };
	struct doc *d;
	struct err err;

	(void)state;
	if (access(REFERENCE "librosa.json", R_OK) != 0) {
		features_free(f);
		skip();
	}
	d = doc_load(REFERENCE "librosa.json", &err);
	assert_non_null(d);
	for (int i = 1; i <= 4; i++) {
		char clip[32], path[128];

		snprintf(clip, sizeof(clip), "clip%d.wav", i);
		snprintf(path, sizeof(path), REFERENCE "%s", clip);
		assert_int_equal(decode_file(path, 30, &s, &err), 0);
		assert_int_equal(
		    features_compute(f, &s, FEATURES_HEARD, values), FEAT_OK);
		compare_clip(doc_get(doc_get(d, "clips"), clip), clip);
	}
	doc_free(d);
	sound_release(&s);
	features_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_recipe),
		cmocka_unit_test(test_nothing_to_measure),
		cmocka_unit_test(test_sine),
		cmocka_unit_test(test_click),
		cmocka_unit_test(test_song),
		cmocka_unit_test(test_sounds),
		cmocka_unit_test(test_dynamic_range),
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_librosa),
	};
	int failed;

	features_schema(&schema, FEATURES_SECONDS);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	feat_schema_release(&schema);
	return failed;
}
