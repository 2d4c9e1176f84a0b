/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/topk.h"

#include <stdlib.h>

#include "base/mem.h"

void topk_init(struct topk *t, size_t k)
{
	t->items = mem_zalloc(k, sizeof(*t->items));
	t->count = 0;
	t->k = k;
}

void topk_release(struct topk *t)
{
	free(t->items);
	*t = (struct topk){ 0 };
}

/* Moves items[i] down to where no child is worse. */
static void sink(struct topk_item *items, size_t n, size_t i)
{
	struct topk_item x = items[i];
	size_t child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n &&
		    topk_better(items[child], items[child + 1]))
			child++;
		if (!topk_better(x, items[child]))
			break;
		items[i] = items[child];
		i = child;
	}
	items[i] = x;
}

static void rise(struct topk_item *items, size_t i)
{
	struct topk_item x = items[i];

	while (i && topk_better(items[(i - 1) / 2], x)) {
		items[i] = items[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	items[i] = x;
}

void topk_keep(struct topk *t, struct topk_item item)
{
	if (t->count < t->k) {
		t->items[t->count] = item;
		rise(t->items, t->count++);
		return;
	}
	t->items[0] = item;
	sink(t->items, t->count, 0);
}

void topk_merge(struct topk *t, const struct topk *other)
{
	size_t i;

	for (i = 0; i < other->count; i++)
		topk_offer(t, other->items[i].score, other->items[i].index);
}

size_t topk_sort(struct topk *t)
{
	size_t n;

	for (n = t->count; n > 1; n--) {
		struct topk_item worst = t->items[0];

		t->items[0] = t->items[n - 1];
		t->items[n - 1] = worst;
		sink(t->items, n - 1, 0);
	}
	return t->count;
}
