/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of words.h: the scores of a window of rows while its lists are added
 * up, one list after the other.
 */
#ifndef MOODPIPE_WORDSSUMS_H
#define MOODPIPE_WORDSSUMS_H

#include <stddef.h>
#include <stdint.h>

#define WORDS_WINDOW 4096u /* rows looked at together */

enum { WORDS_SUMS_GROUP = 64 };

struct words_sums {                              /* zeros between windows */
	_Alignas(16) uint32_t sum[WORDS_WINDOW]; /* below 2^31 */
	uint8_t dirty[WORDS_WINDOW / WORDS_SUMS_GROUP]; /* any is not 0 */
};

/* What is found in a window, ascending. */
struct words_candidates {
	uint16_t at[WORDS_WINDOW];
	uint32_t score[WORDS_WINDOW];
	size_t count;
};

static inline void words_sums_add(struct words_sums *s, uint32_t at,
				  uint32_t score)
{
	s->sum[at] += score;
	s->dirty[at / WORDS_SUMS_GROUP] = 1;
}

/* Appends the rows whose sums reach `least`, 1 or more; the sums are zeros
 * again. */
void words_sums_take(struct words_sums *s, uint32_t least,
		     struct words_candidates *out);

#endif
