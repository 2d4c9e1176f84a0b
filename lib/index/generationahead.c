/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part of generation.h that touches pages before they are needed. */
#include "index/generation.h"

enum { AHEAD_STEP = 4096 };

static unsigned touch(const void *column, size_t n)
{
	const volatile uint8_t *at = column;
	unsigned sum = 0;

	for (size_t i = 0; column && i < n; i += AHEAD_STEP)
		sum += at[i];
	return sum;
}

unsigned generation_touch(const struct generation *g)
{
	size_t n = g->count, wide = n * sizeof(float);
	unsigned sum = 0;

	if (n > GENERATION_TOUCHED)
		return 0;
	sum += touch(g->link, n) + touch(g->flags, n) + touch(g->tier, n);
	sum += touch(g->artist, wide) + touch(g->plays, wide);
	sum += touch(g->mood_confidence, wide);
	for (int kind = 0; kind < AUDIO_KINDS; kind++)
		sum += touch(g->audio[kind].confidence,
			     g->audio[kind].count * sizeof(float));
	return sum;
}
