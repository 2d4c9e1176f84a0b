/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The frame of a filter of plain text, as stream.h is of records: reads lines
 * from files or stdin, gives each to process() on any of -j threads, writes in
 * input order, counts, reports, decides the exit status.
 */
#ifndef MOODPIPE_TEXTLINES_H
#define MOODPIPE_TEXTLINES_H

#include "io/options.h"

struct textlines {
	const struct options *options;
	void *ctx;
	/* Per-thread scratch; both may be NULL. */
	void *(*scratch_new)(void *ctx);
	void (*scratch_free)(void *scratch);
	/* Appends what becomes of a line (without its LF or CRLF; any bytes,
	 * perhaps none) to out. */
	void (*process)(void *ctx, void *scratch, struct span line,
			struct str *out);
};

/* Runs the filter over the operands (none, or "-": stdin). Prints the last
 * line unless quiet. Returns the exit status. */
int textlines_run(const struct textlines *t, char **files, int nfiles);

#endif
