/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which keys were seen? "No" is certain, "yes" may be wrong: a Bloom filter
 * whose bits for a key lie in one cache line (Putze, Sanders & Singler 2007).
 * With 5 bytes a key one "yes" in 10,000 is wrong, with one byte one in 20.
 */
#ifndef MOODPIPE_KEYFILTER_H
#define MOODPIPE_KEYFILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keyfilter {
	uint64_t *words;
	size_t nwords; /* a power of two, 8 or more */
	bool mapped;   /* not from the heap */
};

/* bytes: at most; less than 64 counts as that. */
void keyfilter_init(struct keyfilter *f, size_t bytes);
void keyfilter_release(struct keyfilter *f); /* zeroed is valid */
/* Has the memory that the others look at for key brought near. */
void keyfilter_fetch(const struct keyfilter *f, uint64_t key);
/* key: evenly spread. */
bool keyfilter_has(const struct keyfilter *f, uint64_t key);
/* Returns what keyfilter_has said before. */
bool keyfilter_add(struct keyfilter *f, uint64_t key);

#endif
