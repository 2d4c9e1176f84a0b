/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names apart from what measures: columns.c links without transforms. */
#include <stdio.h>

#include "audio/cycles.h"
#include "audio/harmonies.h"
#include "audio/partials.h"
#include "audio/swings.h"

const char *harmonies_name(int kind, char *name, size_t size)
{
	static const char *const chords[HARMONIES_CHORDS] = {
		"major",  "minor",  "dim",    "aug",  "seventh",
		"minor7", "major7", "fourth", "fifth"
	};
	static const struct {
		const char *name, *unit;
	} rest[] = {
		{ "major_share", "1" },
		{ "major_share_std", "1" },
		{ "chord_changes", "1" },
		{ "chord_entropy", "nat" },
		{ "chord_first", "1" },
		{ "chord_second", "1" },
		{ "chord_fit", "1" },
		{ "chord_margin", "1" },
		{ "harmony_entropy_mean", "nat" },
		{ "harmony_entropy_std", "nat" },
		{ "harmony_entropy", "nat" },
		{ "harmony_change_mean", "1" },
		{ "harmony_change_std", "1" },
		{ "note_peaks_mean", "1" },
		{ "note_peaks_std", "1" },
		{ "voices_mean", "1" },
		{ "voices_std", "1" },
		{ "pitch_mean", "semitone" },
		{ "pitch_std", "semitone" },
		{ "pitch_width_mean", "semitone" },
		{ "pitch_width_std", "semitone" },
		{ "top_pitch_mean", "semitone" },
		{ "top_pitch_std", "semitone" },
		{ "top_pitch_step", "semitone" },
		{ "top_pitch_held", "1" },
	};
	_Static_assert(sizeof(rest) / sizeof(*rest) ==
			   HARMONIES_COUNT - HARMONIES_MAJOR_SHARE,
		       "a name for each");

	if (kind < HARMONIES_INTERVAL) {
		snprintf(name, size, "register%d", kind + 1);
	} else if (kind < HARMONIES_INTERVAL_ALL) {
		snprintf(name, size, "interval%d",
			 kind - HARMONIES_INTERVAL + 1);
	} else if (kind < HARMONIES_CLASS) {
		snprintf(name, size, "interval%d_all",
			 kind - HARMONIES_INTERVAL_ALL + 1);
	} else if (kind < HARMONIES_CHORD) {
		snprintf(name, size, "pitch_class%d",
			 kind - HARMONIES_CLASS + 1);
	} else if (kind < HARMONIES_MAJOR_SHARE) {
		kind -= HARMONIES_CHORD;
		snprintf(name, size, "chord_%s_%s", chords[kind / 2],
			 kind % 2 ? "std" : "mean");
	} else {
		kind -= HARMONIES_MAJOR_SHARE;
		snprintf(name, size, "%s", rest[kind].name);
		return rest[kind].unit;
	}
	return "1";
}

const char *swings_name(int kind, char *name, size_t size)
{
	if (kind < SWINGS_REPEAT_MAX) {
		int i = kind % (SWINGS_BANDS * SWINGS_RATES);

		snprintf(name, size, "%s%d_%d",
			 kind < SWINGS_AMPLITUDE ? "swing" : "swing_amp",
			 i / SWINGS_RATES + 1, i % SWINGS_RATES + 1);
		return "dB";
	}
	kind -= SWINGS_REPEAT_MAX;
	snprintf(name, size, "repeat%d_%s", kind % SWINGS_LAGS + 1,
		 kind < SWINGS_LAGS ? "max" : "mean");
	return "1";
}

const char *partials_name(int kind, char *name, size_t size)
{
	static const char *const kinds[PARTIALS_BAND] = {
		"share",  "held4", "held8", "held16", "held32",
		"held64", "brief", "begun", "lasting"
	};

	if (kind < PARTIALS_LENGTH) {
		snprintf(name, size, "partial%d_%s", kind / PARTIALS_BAND + 1,
			 kinds[kind % PARTIALS_BAND]);
		return kind % PARTIALS_BAND < PARTIALS_BRIEF ? "1" : "ln 1/s";
	}
	if (kind < PARTIALS_RATE) {
		kind -= PARTIALS_LENGTH;
		snprintf(name, size, "partial_length%d_%d",
			 kind / PARTIALS_LENGTHS + 1,
			 kind % PARTIALS_LENGTHS + 1);
		return "1";
	}
	kind -= PARTIALS_RATE;
	snprintf(name, size, "partial_rate%d_%d", kind / PARTIALS_LENGTHS + 1,
		 kind % PARTIALS_LENGTHS + 1);
	return "ln 1/s";
}

const char *cycles_name(int kind, char *name, size_t size)
{
	static const char *const kinds[CYCLES_BEAT] = {
		"same",  "next",   "most", "spread", "varies",
		"short", "middle", "long", "all"
	};
	int band = kind / CYCLES_BAND + 1;

	kind %= CYCLES_BAND;
	if (kind < CYCLES_BEAT)
		snprintf(name, size, "cycle%d_%s", band, kinds[kind]);
	else
		snprintf(name, size, "cycle%d_beat%d", band,
			 kind - CYCLES_BEAT + 1);
	return "1";
}
