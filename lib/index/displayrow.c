/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/displayrow.h"

#include <math.h>

#include "index/signalrows.h"

void displayrow_columns(const struct feat_schema *s,
			int column[DISPLAY_FEATURES])
{
	static const char *const names[DISPLAY_FEATURES][2] = {
		{ "tempo", "bpm" },
		{ "rms_mean", "rms" },
		{ "key" },
		{ "mode" },
		{ "loudness" }
	};

	for (int k = 0; k < DISPLAY_FEATURES; k++) {
		column[k] = -1;
		for (int i = 0; i < 2 && names[k][i] && column[k] < 0; i++)
			column[k] = feat_schema_find(s, names[k][i]);
	}
}

void displayrow_read(const struct feat_row *row,
		     const int column[DISPLAY_FEATURES], struct displayed *out)
{
	out->measured = 0;
	for (int k = 0; k < DISPLAY_FEATURES; k++) {
		float v = column[k] < 0 ? NAN : row->values[column[k]];

		out->value[k] = isfinite(v) ? v : NAN;
		if (isfinite(v) && feat_bit(row->measured, (size_t)column[k]))
			out->measured |= 1u << k;
	}
	out->value[DISPLAY_ENERGY] =
	    signal_within(out->value[DISPLAY_ENERGY] / 0.5f, 0, 1);
}
