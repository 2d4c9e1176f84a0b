/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections of an index' vectors of sound; indexwriter.h. */
#ifndef MOODPIPE_SOUNDWRITER_H
#define MOODPIPE_SOUNDWRITER_H

#include "index/indexwriter.h"
#include "index/signalrows.h"

/* The kind of vectors that a file of embed audio holds, by its columns. */
enum audio_kind soundwriter_kind(const struct feat_schema *s);
/* Writes those of a kind, where there is a file or the base has some. measured
 * (NULL: unknown): bits of the display features, by row. */
int soundwriter_write(const struct signal_rows *rows,
		      const struct index_sources *s, enum audio_kind kind,
		      const uint8_t *measured, struct pack_writer *pw,
		      struct index_counts *counts, struct err *err);

#endif
