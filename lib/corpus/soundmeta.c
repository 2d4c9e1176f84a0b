/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/soundmeta.h"

#include <math.h>

#include "corpus/fields.h"
#include "corpus/track.h"

static const double bpm_least = 20, bpm_most = 400;

static float logarithm(struct span raw, double scale)
{
	double v;

	return fields_number(raw, &v) && v >= 0 && isfinite(v)
		   ? (float)log1p(v * scale)
		   : NAN;
}

static float count_tags(const struct record *r, struct str *scratch)
{
	float n = 1;

	if (track_tags(r, scratch, NULL) != TRACK_SOURCE)
		return NAN;
	for (size_t i = 0; i < scratch->n; i++)
		n += scratch->p[i] == '\n';
	return n;
}

void soundmeta_read(const struct record *r, struct str *scratch,
		    float out[SOUNDMETA_COUNT])
{
	struct fields f;
	struct span likes, duration;
	double bpm;
	int year;

	fields_find(&f, r);
	likes = f.at[FIELD_LIKES_COUNT];
	if (!likes.p)
		likes = f.at[FIELD_FAVORITINGS_COUNT];
	duration = record_get(r, "duration_ms");
	out[SOUNDMETA_YEAR] = track_year(r, &year) ? (float)year : NAN;
	out[SOUNDMETA_PLAYS] = logarithm(f.at[FIELD_PLAYBACK_COUNT], 1);
	out[SOUNDMETA_LIKES] = logarithm(likes, 1);
	out[SOUNDMETA_DURATION] = duration.p
				      ? logarithm(duration, 1e-3)
				      : logarithm(record_get(r, "duration"), 1);
	out[SOUNDMETA_TAGS] = count_tags(r, scratch);
	out[SOUNDMETA_BPM] = fields_number(record_get(r, "bpm"), &bpm) &&
				     bpm >= bpm_least && bpm <= bpm_most
				 ? (float)bpm
				 : NAN;
}
