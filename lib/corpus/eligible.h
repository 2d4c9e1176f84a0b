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

/* Rows that are eligible; zeroed: valid. Those of requests without a filter are
 * the index' own, which are not copied until some of them are taken away. */
struct eligible {
	const struct generation *g;
	const uint8_t *rows; /* [g->count] */
	size_t count;
	uint8_t *room;
};
void eligible_release(struct eligible *e);
/* eligible_rows, in place of what there was. */
void eligible_find(struct eligible *e, const struct generation *g,
		   const struct request *r, bool keep_dead, struct str *told);
/* To take some away from [g->count]; count is the caller's to correct. */
uint8_t *eligible_own(struct eligible *e);
/* Takes away what is known not to be as wished, by wish.h: sung or instrumental
 * rows, and those that answers are to be like or unlike. */
void eligible_without(struct eligible *e, const struct wish *w);

#endif
