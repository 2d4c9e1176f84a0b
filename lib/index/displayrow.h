/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an index shows of a row of sound features; generation.h. */
#ifndef MOODPIPE_DISPLAYROW_H
#define MOODPIPE_DISPLAYROW_H

#include "index/generation.h"
#include "io/feat.h"

/* Where they stand in a schema; -1: it has none. */
void displayrow_columns(const struct feat_schema *s,
			int column[DISPLAY_FEATURES]);
/* Replaces *out. */
void displayrow_read(const struct feat_row *row,
		     const int column[DISPLAY_FEATURES], struct displayed *out);

#endif
