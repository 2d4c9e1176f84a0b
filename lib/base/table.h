/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hash table from bytes to uint64_t, open addressing; keys are copied. Entries
 * are numbered 0, 1, 2 ... in insertion order and never removed.
 */
#ifndef MOODPIPE_TABLE_H
#define MOODPIPE_TABLE_H

#include "base/str.h"

struct table {
	struct table_entry *entries; /* [count] */
	size_t count, cap;
	uint32_t *slots;
	size_t nslots;
	struct table_chunk *keys;
};

struct table_entry {
	struct span key;
	uint64_t value;
};

void table_release(struct table *t); /* a zeroed table is empty and valid */
uint64_t *table_get(const struct table *t, struct span key); /* or NULL */
/* The value's place, 0 where the key is new. Valid until the next put. */
uint64_t *table_put(struct table *t, struct span key);

#endif
