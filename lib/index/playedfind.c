/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index/playedfind.h"

#include <string.h>

#include "math/lanes.h"

enum { STEP = 64 };

static bool any_allowed(const uint8_t *allowed)
{
	uint64_t any = 0;

	for (size_t i = 0; i < STEP; i += 8) {
		uint64_t eight;

		memcpy(&eight, allowed + i, 8);
		any |= eight;
	}
	return any;
}

LANES_CLONES static bool any_above(const float *x, float bar)
{
	lanes_int any = { 0 };
	int32_t all = 0;

	for (size_t i = 0; i < STEP; i += LANES)
		any |= LANES_OF(x + i) > bar;
	for (size_t i = 0; i < LANES; i++)
		all |= any[i];
	return all;
}

/* Of most rows it is soon seen that they are none of the best. */
static void offer(const float *x, const uint8_t *allowed, size_t n,
		  struct topk *best)
{
	for (size_t from = 0; from < n; from += STEP) {
		size_t to = n - from < STEP ? n : from + STEP;
		float bar = best->count < best->k ? 0 : best->items[0].score;

		if (to - from == STEP &&
		    ((allowed && !any_allowed(allowed + from)) ||
		     !any_above(x + from, bar)))
			continue;
		for (size_t i = from; i < to; i++)
			if (x[i] > 0 && (!allowed || allowed[i]))
				topk_offer(best, x[i], (uint32_t)i);
	}
}

size_t playedfind(const struct generation *g, const uint8_t *allowed, size_t k,
		  struct topk_item *out)
{
	const float *column[2] = { g->plays, g->popularity };
	struct topk best = { out, 0, k };

	for (int c = 0; c < 2 && !best.count; c++)
		offer(column[c], allowed, g->count, &best);
	for (size_t i = 0, none = !best.count; i < g->count && none; i++)
		if (!allowed || allowed[i])
			topk_offer(&best, 0, (uint32_t)i);
	return topk_sort(&best);
}
