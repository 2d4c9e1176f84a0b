/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The k best of a stream of (score, index): higher scores first, equal scores
 * by lower index, so the outcome does not depend on the order of offering. A
 * bounded binary heap, worst on top. NaN scores are never kept.
 */
#ifndef MOODPIPE_TOPK_H
#define MOODPIPE_TOPK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct topk_item {
	float score;
	uint32_t index;
};

struct topk {
	struct topk_item *items; /* [count]; a heap until topk_sort */
	size_t count, k;
};

void topk_init(struct topk *t, size_t k);
void topk_release(struct topk *t);
static inline void topk_reset(struct topk *t)
{
	t->count = 0;
}

static inline bool topk_better(struct topk_item a, struct topk_item b)
{
	return a.score > b.score || (a.score == b.score && a.index < b.index);
}

void topk_keep(struct topk *t, struct topk_item item);
/* Offers a pair: one comparison for most. */
static inline void topk_offer(struct topk *t, float score, uint32_t index)
{
	struct topk_item item = { score, index };

	if (t->count < t->k ? score == score
			    : t->k && topk_better(item, t->items[0]))
		topk_keep(t, item);
}
/* Offers all of another's items (from another thread's share). */
void topk_merge(struct topk *t, const struct topk *other);
/* Orders items best first and returns their number. Only reset, merge from,
 * or release after this. */
size_t topk_sort(struct topk *t);

#endif
