/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One record per id out of rows in any order and number, in bounded memory.
 * The first row of an id keeps its place and its members; members that it
 * lacks (absent, null, "", [] or {}) are filled from the later ones, in order,
 * and "merged_from" says where those were found (mergedfrom.h).
 * A filter of the keys seen so far tells most rows that are the first of their
 * id; in input order only the others are sorted.
 */
#ifndef MOODPIPE_MERGE_H
#define MOODPIPE_MERGE_H

#include "base/err.h"
#include "base/str.h"

struct merge_row {
	uint64_t key;   /* merge_expect of the id; not given back */
	struct span id; /* at most 255 bytes */
	uint32_t file;  /* the caller's numbers, given back */
	uint64_t line;
	struct span raw;    /* given back for an absorbed row */
	struct span record; /* its NDJSON line, no newline */
};

struct merge;
/* by_key: records come out in the order of track_key instead of input order,
 * and all of them are sorted. memory: bytes, of which two thirds at most are used. */
struct merge *merge_new(size_t memory, bool by_key);
void merge_free(struct merge *m);
/* The id's key. What merge_add will look at for it is fetched meanwhile. */
uint64_t merge_expect(const struct merge *m, struct span id);
int merge_add(struct merge *m, const struct merge_row *row, struct err *err);

struct merge_ops {
	int (*emit)(void *ctx, struct span record, struct err *err);
	/* A row that went into another of the same id (by key, then in input
	 * order); its record span is empty. */
	int (*absorbed)(void *ctx, const struct merge_row *row,
			struct err *err);
};
/* After the last add. -1: a callback or a file failed, or two different ids
 * share a 64-bit key (ERR_DATA, "collision"). */
int merge_run(struct merge *m, const struct merge_ops *ops, void *ctx,
	      struct err *err);

#endif
