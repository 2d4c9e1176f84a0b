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

#endif
