/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections of an index that come from feature files; indexwriter.h. */
#ifndef MOODPIPE_SIGNALWRITER_H
#define MOODPIPE_SIGNALWRITER_H

#include "index/indexwriter.h"

/* Each writes its sections for the rows of keys[n], ascending. measured[n]
 * (the display features') may be NULL. */
int signalwriter_text(struct featset *s, const uint64_t *keys, size_t n,
		      int threads, struct pack_writer *pw, size_t *count,
		      struct textlists_made *lists, struct err *err);
int signalwriter_audio(struct featset *s, enum audio_kind kind,
		       const uint64_t *keys, size_t n, const uint8_t *measured,
		       struct pack_writer *pw, size_t *count, struct err *err);
/* The kind of vectors that a file of embed audio holds, by its columns. */
enum audio_kind signalwriter_audio_kind(const struct feat_schema *s);
int signalwriter_mood(struct featset *s, const uint64_t *keys, size_t n,
		      struct pack_writer *pw, size_t *count, struct err *err);
/* Fills measured[n]: bits of the display features that are measured. */
int signalwriter_display(struct featset *s, const uint64_t *keys, size_t n,
			 uint8_t *measured, struct pack_writer *pw,
			 size_t *count, struct err *err);

#endif
