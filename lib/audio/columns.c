/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audio/columns.h"

#include <math.h>
#include <stdio.h>

#include "audio/features.h"
#include "base/str.h"

static const char *const singles[][2] = {
	{ "chroma_mean", "1" },
	{ "chroma_std", "1" },
	{ "mfcc1_dmean", "dB/frame" },
	{ "mfcc2_dmean", "dB/frame" },
	{ "tempo", "BPM" },
	{ "tempo_alt", "BPM" },
	{ "tempo_conf", "1" },
	{ "beat_int_mean", "s" },
	{ "beat_int_std", "s" },
	{ "beat_regularity", "1" },
	{ "onset_rate", "1/s" },
	{ "key", "pitch class" },
	{ "mode", "1" },
	{ "key_strength", "1" },
	{ "key_second", "pitch class" },
	{ "mode_second", "1" },
	{ "key_second_strength", "1" },
	{ "mode_margin", "1" },
	{ "tuning", "cent" },
	{ "loudness", "LUFS" },
	{ "loudness_range", "LU" },
	{ "dynamic_range", "dB" },
	{ "duration", "s" },
	{ "decoded_fraction", "1" },
};
_Static_assert(COLUMNS - CHROMA_MEAN == sizeof(singles) / sizeof(*singles),
	       "a name for each column");

size_t features_count(void)
{
	return COLUMNS;
}

/* A run of series: numbered from 1, or named by pitch class, or one alone. */
static const struct run {
	enum series first;
	const char *name, *unit;
} runs[] = {
	{ MFCC, "mfcc%d", "dB" },
	{ CENTROID, "centroid", "Hz" },
	{ ROLLOFF, "rolloff", "Hz" },
	{ FLUX, "flux", "1" },
	{ BW, "bw", "Hz" },
	{ FLAT, "flat", "1" },
	{ RMS, "rms", "1" },
	{ ZCR, "zcr", "1/sample" },
	{ CHROMA, "chroma_%s", "1" },
	{ DELTA, "mfcc%d_delta", "dB/frame" },
	{ CONTRAST, "contrast%d", "dB" },
	{ TONNETZ, "tonnetz%d", "1" },
	{ ONSET, "onset", "dB" },
	{ HARMONIC, "harmonic", "1" },
	{ DISSONANCE, "dissonance", "1" },
};

static const char *series_name(int s, char *out, size_t n)
{
	const struct run *r = runs + sizeof(runs) / sizeof(*runs) - 1;

	while ((int)r->first > s)
		r--;
	s -= (int)r->first;
	if (r->first == CHROMA)
		snprintf(out, n, "chroma_%s", chroma_name(s));
	else if (strchr(r->name, '%'))
		snprintf(out, n, "%.*s%d%s", (int)strcspn(r->name, "%"),
			 r->name, s + 1, strchr(r->name, 'd') + 1);
	else
		snprintf(out, n, "%s", r->name);
	return r->unit;
}

void features_schema(struct feat_schema *s, double seconds)
{
	struct str recipe = { 0 };

	memset(s, 0, sizeof(*s));
	snprintf(s->stage, sizeof(s->stage), "audio");
	for (int i = 0; i < SERIES; i++)
		for (int k = 0; k < SUMMARY_COUNT; k++) {
			char base[16], name[FEAT_NAME];
			const char *unit = series_name(i, base, sizeof(base));

			snprintf(name, sizeof(name), "%s_%s", base,
				 summary_name((enum summary_kind)k));
			feat_schema_add(s, name, unit);
		}
	for (size_t i = 0; i < sizeof(singles) / sizeof(*singles); i++)
		feat_schema_add(s, singles[i][0], singles[i][1]);
	str_puts(&recipe, "extract-features/" FEATURES_VERSION " seconds=");
	str_printf(&recipe, "%d ms", (int)lrint(seconds * 1000));
	hash_sha256(recipe.p, recipe.n, s->recipe);
	str_release(&recipe);
}
