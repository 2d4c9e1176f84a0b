/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The feature rows of tracks, found by record: what a stage that reads another
 * stage's features needs, one per thread.
 */
#ifndef MOODPIPE_TRACKROWS_H
#define MOODPIPE_TRACKROWS_H

#include "io/feat.h"
#include "io/record.h"

struct trackrows {
	struct feat *feat;
	struct feat_row *row; /* what trackrows_find found */
	struct str id;
};

/* A regular file. -1: *t is empty. */
int trackrows_open(struct trackrows *t, const char *path, struct err *err);
void trackrows_release(struct trackrows *t); /* a zeroed one is valid */
/* The record's row into t->row: 1, 0 where there is none, -1. */
int trackrows_find(struct trackrows *t, const struct record *r,
		   struct err *err);
/* Digest of all that the row of the record says; 0 where there is none. */
uint64_t trackrows_digest(struct trackrows *t, const struct record *r);

#endif
