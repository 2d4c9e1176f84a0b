/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of stream.h: a run, the blocks of lines it is made of, and what a
 * thread does with a block (streamwork.c); reading, writing and the ends are in
 * stream.c.
 */
#ifndef MOODPIPE_STREAMWORK_H
#define MOODPIPE_STREAMWORK_H

#include "io/lines.h"
#include "io/memo.h"
#include "io/progress.h"
#include "io/rowreuse.h"
#include "io/slowest.h"
#include "io/stream.h"

/* Threads write to neighbours in an array: kept off each other's cache lines. */
#define APART char apart[128]

struct stream_worker { /* of one thread */
	struct record record, before;
	struct str id;
	void *scratch;
	struct rowreuse *old;
	struct slowest_tally slowest;
	APART;
};

struct stream_job { /* a block of lines and what became of it */
	struct str text, out;
	const char *file;
	size_t lines; /* in text, as far as it was worked on */
	uint64_t in, errors, dropped, reused, partly;
	struct feat_row **rows;
	size_t nrows, rows_cap;
	struct memo_row *memo;
	size_t nmemo, memo_cap;
	bool failed; /* the run ends here, with err */
	struct err err;
	APART;
};

struct stream_whole {
	const struct stream *s;
	struct lines lines;
	struct stream_worker *workers;
	struct memo *memo;
	struct slowest *slowest; /* or NULL */
	struct atomic *out, *records;
	struct feat_writer *rows;
	struct memo_row *memo_rows;
	size_t nmemo, memo_cap;
	struct progress progress;
	const char *file; /* last written of, and its lines so far */
	size_t line;
	uint64_t offset;
	struct err err;
};

/* Works on a struct stream_job of a struct stream_whole, as
 * parallel_ops.work. */
int streamwork(void *ctx, void *job, int thread);

#endif
