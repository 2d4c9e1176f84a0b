/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where else a record was found: its member "merged_from" (man tracks(5)), an
 * array of objects with those of ingested_from, permalink_url, source_id and
 * track_id that a row had which went into the record. A row that says nothing
 * that the record does not say itself, or an earlier row, leaves no object.
 */
#ifndef MOODPIPE_MERGEDFROM_H
#define MOODPIPE_MERGEDFROM_H

#include "io/record.h"

#define MERGEDFROM_MAX 100 /* objects; later rows leave none */

struct mergedfrom { /* zeroed is empty and valid */
	struct str objects, next;
	size_t ends[MERGEDFROM_MAX], count; /* ends: in objects */
};
void mergedfrom_release(struct mergedfrom *f);
void mergedfrom_reset(struct mergedfrom *f);
void mergedfrom_add(struct mergedfrom *f, const struct record *kept,
		    const struct record *row);
/* Adds the member to a JSON object with members, where there is anything. */
void mergedfrom_write(const struct mergedfrom *f, struct str *record);

#endif
