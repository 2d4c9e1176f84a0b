/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the index says of rows that may come into an answer, beyond what scores
 * are of: album, genre, mood, and the vectors of their sound (scoring.h). */
#ifndef MOODPIPE_POOLROWS_H
#define MOODPIPE_POOLROWS_H

#include "corpus/scoring.h"

struct poolrows {       /* zeroed: none */
	float *vectors; /* of sound, where they are not read in place */
	size_t cap;
};
void poolrows_release(struct poolrows *p);

/* Fills s[order[0..n)]; vectors are good until the next call. */
void poolrows_fill(struct poolrows *p, const struct generation *g,
		   struct scored *s, const uint32_t *order, size_t n);

#endif
