/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a feature stage takes over from its last file, man feat(5): rows of the
 * same recipe, key and input digest, of them the columns of the same name, unit
 * and version. One thread at a time.
 */
#ifndef MOODPIPE_ROWREUSE_H
#define MOODPIPE_ROWREUSE_H

#include "io/feat.h"

enum rowreuse_found {
	ROWREUSE_NONE,
	ROWREUSE_PART, /* only the values of rowreuse_taken */
	ROWREUSE_WHOLE,
};

/* schema must outlive it. NULL: no such regular file, a damaged one, one of
 * another format or recipe, or without a column in common; no error. */
struct rowreuse;
struct rowreuse *rowreuse_open(const char *path,
			       const struct feat_schema *schema);
void rowreuse_close(struct rowreuse *r); /* NULL too */

/* The columns of schema that the old file has, a bitmap. */
const uint8_t *rowreuse_taken(const struct rowreuse *r);

/* Looks for row's key and digest, and takes over status, method, confidence,
 * values and marks; missing columns stay as they are. Whole: nothing is
 * missing, or the status is one without measurements and no value is lost.
 * Not found: rows that are tried again (unreadable, upstream; crashed and
 * excessive where columns are missing) and those that cannot be read; row is
 * then untouched. */
enum rowreuse_found rowreuse_find(struct rowreuse *r, struct feat_row *row);

#endif
