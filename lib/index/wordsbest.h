/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of words.h: the k best rows met so far, at most so many of a group. A
 * row takes the place of the worst of its group, where that is full, else of
 * the worst of all: what is left at the end is what sorting all rows and
 * taking them in turn would give, as these sets are a matroid's independent
 * ones, of which such exchanges lead to the best.
 */
#ifndef MOODPIPE_WORDSBEST_H
#define MOODPIPE_WORDSBEST_H

#include <stdbool.h>

#include "index/words.h"

struct words_best { /* zeroed: valid; released at last */
	size_t k, count;
	struct words_cap cap; /* each 0: none */
	struct words_best_item {
		uint64_t key; /* score << 32 | ~row */
		uint32_t group;
		uint32_t next;  /* item of a group of the same hash */
		uint32_t place; /* in the heap */
	} * item;
	uint32_t *heap; /* items, the least key on top once there are k */
	size_t item_room, heap_room;
	uint32_t *slot; /* by hash of groups: an item, or UINT32_MAX */
	size_t slots;
};

/* cap NULL: none. */
void words_best_start(struct words_best *b, size_t k,
		      const struct words_cap *cap);
void words_best_release(struct words_best *b);

/* The least score with which a row below all that were offered may be taken. */
static inline uint32_t words_best_needed(const struct words_best *b)
{
	return b->count < b->k ? 1
			       : (uint32_t)(b->item[b->heap[0]].key >> 32) + 1;
}

void words_best_offer(struct words_best *b, uint32_t score, uint32_t row);
/* Best first, equal scores by row; returns their number. Ends it. */
size_t words_best_take(struct words_best *b, struct topk_item *out);

#endif
