/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a thread remembers of the words that a model has seen: a bounded table,
 * emptied when it is full, so that it never decides anything but time.
 */
#ifndef MOODPIPE_TOKENCACHE_H
#define MOODPIPE_TOKENCACHE_H

#include "base/str.h"
#include "encoder/tokenout.h"

#define TOKENCACHE_WORD 64 /* bytes; longer ones are not kept */

struct tokencache { /* zeroed is empty; to release */
	struct tokencache_entry *entries;
	struct tokenout items; /* of all words */
	struct str words;
	size_t count;
};

void tokencache_release(struct tokencache *c);
/* Appends the word's tokens to out; false: it is not known. */
bool tokencache_get(const struct tokencache *c, struct span word,
		    struct tokenout *out);
void tokencache_put(struct tokencache *c, struct span word,
		    const struct tokenout_item *items, size_t count);

#endif
