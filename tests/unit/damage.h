/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged bytes for whatever is read in place: each try in memory of its own
 * exact size, so that a sanitizer sees a step beyond. */
#ifndef MOODPIPE_DAMAGE_H
#define MOODPIPE_DAMAGE_H

#include "testing.h"

typedef void damage_use(struct span bytes, void *ctx);

static inline void damage_try(struct span bytes, size_t at, char value,
			      damage_use *use, void *ctx)
{
	char *copy = malloc(bytes.n ? bytes.n : 1);

	assert_non_null(copy);
	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	if (at < bytes.n)
		copy[at] = value;
	use((struct span){ copy, bytes.n }, ctx);
	free(copy);
}

/* Every byte from `from` to `end` in turn, with the values that do harm. */
static inline void damage_each(struct span bytes, size_t from, size_t end,
			       damage_use *use, void *ctx)
{
	for (size_t i = from; i < end && i < bytes.n; i++) {
		char was = bytes.p[i];

		damage_try(bytes, i, 0, use, ctx);
		damage_try(bytes, i, (char)0xff, use, ctx);
		damage_try(bytes, i, (char)(was ^ 1), use, ctx);
		damage_try(bytes, i, (char)(was ^ 0x80), use, ctx);
		damage_try(bytes, i, (char)(was + 1), use, ctx);
	}
}

/* `times` runs of random bytes at random places. */
static inline void damage_some(struct span bytes, int times, uint64_t seed,
			       damage_use *use, void *ctx)
{
	char *copy = malloc(bytes.n);

	assert_non_null(copy);
	for (int i = 0; i < times; i++) {
		memcpy(copy, bytes.p, bytes.n);
		for (size_t k = 1 + rng_below(&seed, 4); k > 0; k--) {
			size_t at = rng_below(&seed, bytes.n);
			size_t end = at + 1 + rng_below(&seed, 64);

			for (; at < bytes.n && at < end; at++)
				copy[at] = (char)rng_next(&seed);
		}
		use((struct span){ copy, bytes.n }, ctx);
	}
	free(copy);
}

/* Cut short at every multiple of step. */
static inline void damage_cut(struct span bytes, size_t step, damage_use *use,
			      void *ctx)
{
	for (size_t n = 0; n < bytes.n; n += step)
		damage_try((struct span){ bytes.p, n }, SIZE_MAX, 0, use, ctx);
}

#endif
