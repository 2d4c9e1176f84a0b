/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finding the duplicates of a corpus, in bounded memory. Candidates are tracks
 * that share an item of their prints (one in eight of them is looked at, chosen
 * by its value) and a duration to 3 s; or the names to the letter; or the bytes
 * of the sound. Each pair of candidates is tested (duplicatesame.h); of what
 * hangs together the best keeper is taken, and only what passes the test
 * against the keeper itself becomes its duplicate; the rest starts anew.
 * Depends on the order of the records only where more than 32 tracks share an
 * item and a duration.
 */
#ifndef MOODPIPE_DUPLICATESFIT_H
#define MOODPIPE_DUPLICATESFIT_H

#include <stdio.h>

#include "base/err.h"
#include "io/record.h"

struct duplicates_counts {
	size_t prints, pairs, groups, others;
};

struct duplicates_fit;
/* memory: bytes for sorting; beyond them 8 bytes a track. NULL: ERR_ENV. */
struct duplicates_fit *duplicates_fit_new(size_t memory, struct err *err);
void duplicates_fit_free(struct duplicates_fit *f);
/* A stream_each callback; ctx is the fit. Records without a print are passed
 * over. */
int duplicates_fit_each(void *ctx, struct record *r, struct err *err);
/* After the last record: writes the table (duplicates.h) to path, and to listed
 * (may be NULL) a line of NDJSON for each group, with its evidence. */
int duplicates_fit_write(struct duplicates_fit *f, const char *path,
			 FILE *listed, struct duplicates_counts *counts,
			 struct err *err);

#endif
