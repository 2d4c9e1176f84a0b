/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of wordsbuild.h: a batch of documents and the run that it becomes.
 *
 * A run is its stems, ascending: {number: length, stem; number: words; of each,
 * ascending, number: length, word; number: rows; number: bytes of what follows;
 * of each row, ascending, number: row - row before (the first: row) and its
 * positions as in the index (wordsformat.h)}. Samples tell where to begin
 * reading for a range of stems.
 */
#ifndef MOODPIPE_WORDSRUN_H
#define MOODPIPE_WORDSRUN_H

#include "base/err.h"
#include "index/wordsformat.h"

struct words_document {
	uint32_t row;
	size_t text[WORDS_FIELDS + 1]; /* where each begins, and the end */
};

struct words_batch { /* zeroed: empty */
	struct str text;
	struct words_document *documents;
	size_t count, cap;
};
void words_batch_release(struct words_batch *b);

struct words_sample {
	size_t stem; /* of the run's stems: a number (length), then bytes */
	uint64_t at; /* of the run's bytes */
};

struct words_run {        /* zeroed: empty */
	struct str bytes; /* empty when spilled */
	uint64_t size;
	uint64_t spilled; /* where, in the file; UINT64_MAX: it is not */
	struct str stems;
	struct words_sample *samples;
	size_t nsamples, samples_cap;
};
void words_run_release(struct words_run *r);

/* Fills *r and the lengths of the batch's rows (lengths[rows][WORDS_FIELDS]).
 * The batch's documents are sorted by row. */
void words_run_make(struct words_batch *b, uint16_t *lengths,
		    struct words_run *r);

/* A sample of a run that is being written: `stem` begins at byte `at`. Not each
 * is taken. */
void words_run_sample(struct words_run *r, struct span stem, uint64_t at);

struct span words_run_stem(const struct words_run *r, size_t sample);
/* The part of a run that has all stems from..to, `to` not included (p == NULL:
 * no bound), and some beside; in the run's memory or, of one that spilled to
 * `file`, in buffer. -1, ERR_ENV. */
int words_run_read(const struct words_run *r, int file, struct span from,
		   struct span to, struct str *buffer, struct span *bytes,
		   struct err *err);

#endif
