/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of overview.h: records are counted in overviewrecords.c, rows of
 * features in overview.c.
 */
#ifndef MOODPIPE_OVERVIEWPARTS_H
#define MOODPIPE_OVERVIEWPARTS_H

#include "corpus/overview.h"

struct overview_track {
	uint64_t key, digest;
	int link; /* of overview_statuses, 0: none of them */
};
/* For qsort and bsearch. */
int overview_by_key(const void *a, const void *b);

/* url_status as the tracks of a summary note it: the order stays. */
#define OVERVIEW_STATUSES 6
extern const char *const overview_statuses[OVERVIEW_STATUSES];

void overview_count(struct overview *s, enum overview_group g,
		    struct span name);

#endif
