/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/columns.h"

#include <math.h>
#include <stdio.h>

#include "audio/features.h"
#include "base/str.h"

/* The version of a column is raised when its values change, by a change to what
 * computes it or to what that is computed from. */
static const struct single {
	const char *name, *unit;
	uint32_t version;
	unsigned group; /* enum feature_group */
} singles[] = {
	{ "chroma_mean", "1", 1, FEATURES_SPECTRUM },
	{ "chroma_std", "1", 1, FEATURES_SPECTRUM },
	{ "mfcc1_dmean", "dB/frame", 1, FEATURES_SPECTRUM },
	{ "mfcc2_dmean", "dB/frame", 1, FEATURES_SPECTRUM },
	{ "tempo", "BPM", 1, FEATURES_RHYTHM },
	{ "tempo_alt", "BPM", 1, FEATURES_RHYTHM },
	{ "tempo_conf", "1", 1, FEATURES_RHYTHM },
	{ "beat_int_mean", "s", 1, FEATURES_RHYTHM },
	{ "beat_int_std", "s", 1, FEATURES_RHYTHM },
	{ "beat_regularity", "1", 1, FEATURES_RHYTHM },
	{ "onset_rate", "1/s", 1, FEATURES_RHYTHM },
	{ "key", "pitch class", 1, FEATURES_HARMONY },
	{ "mode", "1", 1, FEATURES_HARMONY },
	{ "key_strength", "1", 1, FEATURES_HARMONY },
	{ "key_second", "pitch class", 1, FEATURES_HARMONY },
	{ "mode_second", "1", 1, FEATURES_HARMONY },
	{ "key_second_strength", "1", 1, FEATURES_HARMONY },
	{ "mode_margin", "1", 1, FEATURES_HARMONY },
	{ "tuning", "cent", 1, FEATURES_HARMONY },
	{ "loudness", "LUFS", 1, FEATURES_LOUDNESS },
	{ "loudness_range", "LU", 1, FEATURES_LOUDNESS },
	{ "dynamic_range", "dB", 1, FEATURES_SPECTRUM },
	{ "harmonic_ratio", "dB", 1, FEATURES_SPECTRUM },
	{ "modulation_4hz", "1", 1, FEATURES_SPECTRUM },
	{ "bass_share", "1", 1, FEATURES_SPECTRUM },
	{ "low_energy", "1", 1, FEATURES_SPECTRUM },
	{ "pulse_clarity", "1", 1, FEATURES_SPECTRUM },
	{ "dfa_exponent", "1", 1, FEATURES_SPECTRUM },
	{ "glide", "1", 1, FEATURES_SPECTRUM },
	{ "decay", "dB/s", 1, FEATURES_SPECTRUM },
	{ "quiet_depth", "dB", 1, FEATURES_SPECTRUM },
	{ "duration", "s", 1, FEATURES_LOUDNESS },
	{ "decoded_fraction", "1", 1, FEATURES_LOUDNESS },
};
_Static_assert(FINE - CHROMA_MEAN == sizeof(singles) / sizeof(*singles),
	       "a name for each column");

size_t features_count(void)
{
	return COLUMNS;
}

/* A run of series: numbered from 1, or named by pitch class, or one alone. */
static const struct run {
	enum series first;
	const char *name, *unit;
	uint32_t version;
	unsigned group;
} runs[] = {
	{ MFCC, "mfcc%d", "dB", 1, FEATURES_SPECTRUM },
	{ CENTROID, "centroid", "Hz", 1, FEATURES_SPECTRUM },
	{ ROLLOFF, "rolloff", "Hz", 1, FEATURES_SPECTRUM },
	{ FLUX, "flux", "1", 1, FEATURES_SPECTRUM },
	{ BW, "bw", "Hz", 1, FEATURES_SPECTRUM },
	{ FLAT, "flat", "1", 1, FEATURES_SPECTRUM },
	{ RMS, "rms", "1", 1, FEATURES_SPECTRUM },
	{ ZCR, "zcr", "1/sample", 1, FEATURES_SPECTRUM },
	{ CHROMA, "chroma_%s", "1", 1, FEATURES_SPECTRUM },
	{ DELTA, "mfcc%d_delta", "dB/frame", 1, FEATURES_SPECTRUM },
	{ CONTRAST, "contrast%d", "dB", 1, FEATURES_SPECTRUM },
	{ TONNETZ, "tonnetz%d", "1", 1, FEATURES_SPECTRUM },
	{ ONSET, "onset", "dB", 1, FEATURES_SPECTRUM },
	{ HARMONIC, "harmonic", "1", 1, FEATURES_SPECTRUM },
	{ DISSONANCE, "dissonance", "1", 1, FEATURES_HARMONY },
};

static const struct run *run_of(int series)
{
	const struct run *r = runs + sizeof(runs) / sizeof(*runs) - 1;

	while ((int)r->first > series)
		r--;
	return r;
}

static void series_name(const struct run *r, int series, char *out, size_t n)
{
	int i = series - (int)r->first;

	if (r->first == CHROMA)
		snprintf(out, n, "chroma_%s", chroma_name(i));
	else if (strchr(r->name, '%'))
		snprintf(out, n, "%.*s%d%s", (int)strcspn(r->name, "%"),
			 r->name, i + 1, strchr(r->name, 'd') + 1);
	else
		snprintf(out, n, "%s", r->name);
}

unsigned features_group(size_t column)
{
	if (column < CHROMA_MEAN)
		return run_of((int)(column / SUMMARY_COUNT))->group;
	if (column < FINE)
		return singles[column - CHROMA_MEAN].group;
	if (column < CYCLES)
		return FEATURES_SPECTRUM;
	return column < DESCRIPTORS ? FEATURES_RHYTHM : FEATURES_DESCRIPTORS;
}

unsigned features_lacking(const uint8_t *taken)
{
	unsigned groups = 0;

	for (size_t i = 0; i < COLUMNS; i++)
		if (!feat_bit(taken, i))
			groups |= features_group(i);
	return groups;
}

static void add_series(struct feat_schema *s, int series)
{
	const struct run *r = run_of(series);
	char base[16], name[FEAT_NAME];

	series_name(r, series, base, sizeof(base));
	for (int k = 0; k < SUMMARY_COUNT; k++) {
		snprintf(name, sizeof(name), "%s_%s", base,
			 summary_name((enum summary_kind)k));
		feat_schema_add(s, name, r->unit)->version = r->version;
	}
}

#define MADE_VERSION 1 /* of the columns from FINE to DESCRIPTORS */

/* Columns that name themselves, from FINE up to the descriptors. */
static void add_made(struct feat_schema *s)
{
	char name[FEAT_NAME];

	for (int i = 0; i < 2 * MFCC_FINE; i++) {
		snprintf(name, sizeof(name), "mfcc%d_%s",
			 MFCC_COUNT + i / 2 + 1, i % 2 ? "std" : "mean");
		feat_schema_add(s, name, "dB")->version = MADE_VERSION;
	}
	for (int i = 0; i < HARMONIES_COUNT; i++) {
		const char *unit = harmonies_name(i, name, sizeof(name));

		feat_schema_add(s, name, unit)->version = MADE_VERSION;
	}
	for (int i = 0; i < SWINGS_COUNT; i++) {
		const char *unit = swings_name(i, name, sizeof(name));

		feat_schema_add(s, name, unit)->version = MADE_VERSION;
	}
	for (int i = 0; i < PARTIALS_COUNT; i++) {
		const char *unit = partials_name(i, name, sizeof(name));

		feat_schema_add(s, name, unit)->version = MADE_VERSION;
	}
	for (int i = 0; i < CYCLES_COUNT; i++) {
		const char *unit = cycles_name(i, name, sizeof(name));

		feat_schema_add(s, name, unit)->version = MADE_VERSION;
	}
}

void features_schema(struct feat_schema *s, double seconds)
{
	struct str recipe = { 0 };

	memset(s, 0, sizeof(*s));
	snprintf(s->stage, sizeof(s->stage), "audio");
	for (int i = 0; i < SERIES; i++)
		add_series(s, i);
	for (size_t i = 0; i < sizeof(singles) / sizeof(*singles); i++)
		feat_schema_add(s, singles[i].name, singles[i].unit)->version =
		    singles[i].version;
	add_made(s);
	for (int i = 0; i < DESCRIPTOR_COUNT; i++)
		feat_schema_add(s, descriptor_name((enum descriptor)i), "1");
	str_puts(&recipe, "extract-features/" FEATURES_DECODING " seconds=");
	str_printf(&recipe, "%d ms", (int)lrint(seconds * 1000));
	hash_sha256(recipe.p, recipe.n, s->recipe);
	str_release(&recipe);
}
