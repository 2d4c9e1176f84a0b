/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * External merge sort of byte strings by key, within a memory limit; equal
 * keys keep their order of insertion. Runs go to unnamed files in $TMPDIR.
 */
#ifndef MOODPIPE_SORT_H
#define MOODPIPE_SORT_H

#include "base/err.h"
#include "base/str.h"

struct sort;
struct sort *sort_new(size_t memory);
void sort_free(struct sort *s);
/* Keys compare by memcmp, a prefix before the longer. */
int sort_put(struct sort *s, struct span key, struct span data,
	     struct err *err);
/* The same with data in two pieces, which follow each other. */
int sort_put2(struct sort *s, struct span key, struct span a, struct span b,
	      struct err *err);
/* After the last put: the next in order, 1; 0 at the end; -1. The spans are
 * valid until the next call. */
int sort_next(struct sort *s, struct span *key, struct span *data,
	      struct err *err);

#endif
