/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/together.h"

size_t together_get(const struct generation *g, size_t row,
		    struct together_item out[TOGETHER_MAX])
{
	const struct together *t = &g->together;
	uint32_t from, to;
	size_t n = 0;

	if (!t->first || row >= g->count)
		return 0;
	from = t->first[row];
	to = t->first[row + 1];
	if (from > to || to > t->total || to - from > TOGETHER_MAX)
		return 0;
	for (uint32_t i = from; i < to; i++) {
		if (t->rows[i] >= g->count)
			return 0;
		out[n++] = (struct together_item){ t->rows[i],
						   (float)t->weight[i] / 255 };
	}
	return n;
}
