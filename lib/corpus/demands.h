/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request demands of the words of every answer, whichever retrieval
 * finds it: "quoted" and +words are to be there, -words are not.
 */
#ifndef MOODPIPE_DEMANDS_H
#define MOODPIPE_DEMANDS_H

#include "index/search.h"

/* Is there any clause that is required or excluded? */
bool demands_any(const struct words_query *q);
/*
 * Clears from allowed[g->count], of which *eligible rows pass, those that do not
 * meet the demands, and counts again. Where no row meets what is required, that
 * is told (a line appended) and not demanded. -1, ERR_DATA: a damaged index.
 */
int demands_apply(const struct generation *g, struct search *s,
		  const struct words_query *q, uint8_t *allowed,
		  size_t *eligible, struct str *told, struct err *err);

#endif
