/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The frame of a filter: reads NDJSON from files or stdin, gives each record
 * to process() on any of -j threads, writes in input order, attaches errors,
 * counts, reports, decides the exit status. Input that is not NDJSON is fatal
 * (ERR_DATA). A record that already carries an error passes untouched.
 *
 * Memo: with `memo` and `previous` (the stage's last output) set, a record
 * whose line is one that the last run saw is answered from `previous`, so long
 * as the recipe is the same; every reused line is verified by its digest.
 */
#ifndef MOODPIPE_STREAM_H
#define MOODPIPE_STREAM_H

#include "base/hash.h"
#include "io/feat.h"
#include "io/options.h"
#include "io/record.h"

struct stream {
	const struct options *options;
	void *ctx;
	/* Per-thread scratch; both may be NULL. */
	void *(*scratch_new)(void *ctx);
	void (*scratch_free)(void *scratch);

	/* Record stage: 0 emit, 1 drop, -1 this record failed (or, with
	 * err->status above ERR_RECORD, the whole run). */
	int (*process)(void *ctx, void *scratch, struct record *r,
		       struct err *err);

	/* Feature stage, instead of process: fills row->values (all NaN on
	 * entry), status, method, confidence; the frame sets key. Rows go to
	 * the output, records to records_path. Returns like process; a failed
	 * record still has a row, of status row->status, whose fixed text is
	 * the record's error (err's own message is shown at -v). */
	int (*measure)(void *ctx, void *scratch, struct record *r,
		       struct feat_row *row, struct err *err);
	/* The 64-bit digest of what measure() (or, with adopt, process())
	 * would read of this record, 0: nothing. An old row of the same key,
	 * digest, recipe and columns is reused (rowreuse.h). May be NULL: the
	 * whole line. */
	uint64_t (*digest)(void *ctx, void *scratch, const struct record *r);
	/* A row of which only some columns (taken, a bitmap) are in the old
	 * file: row is as it was there, the other values NaN and not marked.
	 * Leaves it as measure() would. NULL: measure() it. */
	int (*complete)(void *ctx, void *scratch, struct record *r,
			struct feat_row *row, const uint8_t *taken,
			struct err *err);
	const struct feat_schema *schema; /* recipe included */
	const char *reuse;                /* the stage's last .feat, or NULL */
	const char *records_path;         /* --records FILE, or NULL */

	/* All records seen, nothing failed: may write more through out. */
	int (*finish)(void *ctx, struct str *out, struct err *err);

	const char *memo, *previous; /* record stages; or NULL */
	/* With a memo and digest: records of one digest share an answer, of
	 * which this takes over into r what process() would have set; false:
	 * it holds no answer. */
	bool (*adopt)(void *ctx, void *scratch, struct record *r,
		      const struct record *before);
	uint8_t recipe[HASH_SIZE]; /* record stages with memo */
	size_t batch;              /* records per job; 0: by bytes */
	/* Its time goes elsewhere: nothing for slowest.h. */
	bool untimed;
};

/* Runs the filter over the operands (none, or "-": stdin). Prints the last
 * line unless quiet. Returns the exit status. */
int stream_run(struct stream *s, char **files, int nfiles);

/* Reads every record in order in the calling thread, for fits. process() may
 * be NULL in s; each(ctx, record) returns like process. Failed records are
 * skipped. Returns 0, or -1 with *err set. */
int stream_each(char **files, int nfiles, void *ctx,
		int (*each)(void *ctx, struct record *r, struct err *err),
		struct err *err);

#endif
