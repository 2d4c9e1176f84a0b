/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tracks whose texture (timbre.h) is nearest to one that is asked for. */
#ifndef MOODPIPE_TIMBREFIND_H
#define MOODPIPE_TIMBREFIND_H

#include "index/generation.h"

/* The percentiles wanted, [0, 1]; NaN: does not matter. The k nearest of the
 * rows that allowed[g->count] (bytes; NULL: all) lets through and that have all
 * axes that matter, best first, equal ones by row, in out[k]; returns their
 * number. A score is minus the root mean square of the differences. */
size_t timbrefind(const struct generation *g, const float want[TIMBRE_AXES],
		  const uint8_t *allowed, size_t k, struct topk_item *out);

#endif
