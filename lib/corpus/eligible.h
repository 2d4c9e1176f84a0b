/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which rows may answer a request: its filters, applied before anything is
 * ranked or cut. A row without a year passes no year filter, one without a
 * genre no genre filter. A genre passes where the wanted name is a run of its
 * words ("Indie" lets "Indie Rock" through), or the same with other gaps
 * ("hip-hop", "hiphop"); artists are compared whole. Both folded. Dead links
 * never pass, unless asked for; DJ sets and mixes where the request wants them.
 */
#ifndef MOODPIPE_ELIGIBLE_H
#define MOODPIPE_ELIGIBLE_H

#include "corpus/request.h"
#include "index/generation.h"

/* Fills allowed[g->count] with 0 or 1, returns how many pass. */
size_t eligible_rows(const struct generation *g, const struct request *r,
		     bool keep_dead, uint8_t *allowed);

#endif
