/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of the table of words, read from its file as they are asked for: of a
 * table larger than all layers of a small model no page becomes resident, and a
 * row costs less than the page fault it would be.
 */
#ifndef MOODPIPE_WORDROWS_H
#define MOODPIPE_WORDROWS_H

#include "io/tensormap.h"

struct wordrows {
	const struct tensormap_tensor *table; /* [rows][width] */
	size_t width, size;                   /* of a row: numbers, bytes */
	int fd;                               /* -1: by the mapping */
	uint64_t at;                          /* where the table begins */
};

/* table: one of m, which both outlive it. Where its file cannot be opened
 * again, or is no longer the same, rows are taken from the mapping. */
void wordrows_open(struct wordrows *w, const struct tensormap *m,
		   const struct tensormap_tensor *table);
void wordrows_close(struct wordrows *w);

/* out[width] = row i as floats. Any thread. */
void wordrows_get(const struct wordrows *w, size_t i, float *out);

#endif
