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
static float values[512];

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
	status = features_compute(f, &s, values);
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
		"zcr_mean",        "rms_mean",      "centroid_mean",
		"bw_mean",         "flat_mean",     "mfcc1_mean",
		"mfcc2_mean",      "chroma_mean",   "zcr_std",
		"rms_std",         "centroid_std",  "bw_std",
		"flat_std",        "mfcc1_std",     "mfcc2_std",
		"chroma_std",      "mfcc1_dmean",   "mfcc2_dmean",
		"tempo",           "tempo_conf",    "beat_int_mean",
		"beat_int_std",    "mfcc13_q75",    "rolloff_median",
		"flux_std",        "chroma_c_mean", "chroma_cs_std",
		"chroma_b_q25",    "key",           "mode",
		"key_strength",    "loudness",      "loudness_range",
		"onset_mean",      "onset_std",     "onset_rate",
		"beat_regularity", "duration",      "decoded_fraction",
		"tempo_alt",       "key_second",    "mode_second",
		"mode_margin",     "tuning",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_true(feat_schema_find(&schema, names[i]) >= 0);
	assert_true(feat_schema_find(&schema, "key_second_strength") >= 0);
	for (uint32_t i = 0; i < schema.count; i++) {
		assert_true(schema.columns[i].unit[0]);
		assert_int_equal(
		    feat_schema_find(&schema, schema.columns[i].name), i);
	}
	assert_true(schema.count < 512);
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

/* A single click: sound, but no beat. */
static void test_click(void **state)
{
	static float x[N];

	(void)state;
	x[N / 2] = 1;
	assert_int_equal(compute(x, N), FEAT_OK);
	for (uint32_t i = 0; i < schema.count; i++)
		assert_false(isinf(values[i]));
	assert_true(isnan(column("tempo")) && isnan(column("tempo_conf")));
	assert_true(isnan(column("beat_int_mean")));
	assert_true(isnan(column("tempo_alt")));
}

/* Scratch does not leak from one recording into the next. */
static void test_reuse(void **state)
{
	struct features *f = features_new();
	static float x[N];
	float first[512];
	struct sound s = {
		.fraction = 1, .loudness = NAN, .range = NAN, .seconds = 8
	};

	(void)state;
	for (int i = 0; i < N; i++)
		x[i] = (float)(sin(i * 0.05) * ((i / 8000) % 2));
	fill(&s, x, N);
	features_compute(f, &s, first);
	for (int i = 0; i < N; i++)
		s.mono.v[i] = (float)sin((double)i * i * 1e-6);
	features_compute(f, &s, values);
	assert_memory_not_equal(first, values, schema.count * sizeof(float));
	memcpy(s.mono.v, x, sizeof(x));
	features_compute(f, &s, values);
	assert_memory_equal(first, values, schema.count * sizeof(float));
	sound_release(&s);
	features_free(f);
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
		assert_int_equal(features_compute(f, &s, values), FEAT_OK);
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
		cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_librosa),
	};
	int failed;

	features_schema(&schema, FEATURES_SECONDS);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	feat_schema_release(&schema);
	return failed;
}
