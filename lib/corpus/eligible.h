/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which rows may answer a request: its filters, applied before anything is
 * ranked or cut. A row without a value (no year, no genre, no language ...)
 * passes no filter on it. A genre passes where the wanted name is a run of its
 * words ("Indie" lets "Indie Rock" through), or the same with other gaps
 * ("hip-hop", "hiphop"), folded; a genre that is not wanted is meant likewise,
 * and takes no track of unknown genre with it; artists are those that artistfilter.h
 * understands; a popularity is the percentile (percentile.h) of the catalogue's
 * popularity among all rows of the index. Dead links never pass, unless asked
 * for; DJ sets and mixes where the request wants them.
 *
 * Artists cost what they have rows, of other filters each is one pass over its
 * column.
 */
#ifndef MOODPIPE_ELIGIBLE_H
#define MOODPIPE_ELIGIBLE_H

#include "corpus/request.h"
#include "corpus/wish.h"
#include "index/generation.h"

/* Fills allowed[g->count] with 0 or 1, returns how many pass. told (may be
 * NULL): a line is appended for each name that is not in the index, or that was
 * taken for another, and for what cannot be: an artist both wanted and left
 * out. */
size_t eligible_rows(const struct generation *g, const struct request *r,
		     bool keep_dead, uint8_t *allowed, struct str *told);

/* The rows of requests without a filter, kept for the next; zeroed: valid. */
struct eligible_usual {
	uint8_t *rows; /* [g->count]; NULL: not known yet */
	size_t count;
};
void eligible_usual_release(struct eligible_usual *u);
/* eligible_rows, of always the same g and keep_dead. */
size_t eligible_rows_kept(struct eligible_usual *u, const struct generation *g,
			  const struct request *r, bool keep_dead,
			  uint8_t *allowed, struct str *told);

/* Takes from allowed[g->count] what is known not to be as wished, by wish.h: sung
 * or instrumental rows, and those that answers are to be like. Returns how many
 * rows that were. */
size_t eligible_without(const struct generation *g, const struct wish *w,
			uint8_t *allowed);

#endif
