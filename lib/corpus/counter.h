/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counting byte strings that may not fit in memory: counts gather in a hash
 * table that empties into an external sort when it is full. Totals do not
 * depend on where that happened.
 */
#ifndef MOODPIPE_COUNTER_H
#define MOODPIPE_COUNTER_H

#include "base/err.h"
#include "base/str.h"

struct counter;

struct counter *counter_new(size_t memory);
void counter_free(struct counter *c);
int counter_add(struct counter *c, struct span key, uint64_t n,
		struct err *err);
/* After the last add: the next key in memcmp order and its total: 1; 0 at the
 * end; -1. The span is valid until the next call. */
int counter_next(struct counter *c, struct span *key, uint64_t *total,
		 struct err *err);

#endif
