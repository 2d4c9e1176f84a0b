/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tracks that are played most, among those that are allowed. */
#ifndef MOODPIPE_PLAYEDFIND_H
#define MOODPIPE_PLAYEDFIND_H

#include "index/generation.h"
#include "math/topk.h"

/* The k most played; of an index without plays the most popular; without
 * either any; allowed[g->count], NULL: all. Best first, in best[k]; returns
 * their number. */
size_t playedfind(const struct generation *g, const uint8_t *allowed, size_t k,
		  struct topk_item *best);

#endif
