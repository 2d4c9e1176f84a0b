/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections of an index that come from feature files; indexwriter.h. */
#ifndef MOODPIPE_SIGNALWRITER_H
#define MOODPIPE_SIGNALWRITER_H

#include "index/indexwriter.h"
#include "index/signalrows.h"

struct signal_heard {      /* by row, zeros before */
	uint8_t *measured; /* bits of the display features */
	uint8_t *voice;    /* what was heard, catalogue_voice */
};

/* Writes the sections of all signals that there are files of, or that the base
 * has, counts, and fills *heard. */
int signalwriter_write(const struct signal_rows *rows,
		       const struct index_sources *s,
		       struct signal_heard *heard, struct pack_writer *pw,
		       struct index_counts *counts, struct err *err);

#endif
