/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A record filled from another of the same id: it keeps its members; those that
 * it lacks (absent, null, "", [] or {}) come from the other, at the end. Of
 * measured_elsewhere it has what either has (measured.h), of playlists those of
 * both.
 */
#ifndef MOODPIPE_ROWFILL_H
#define MOODPIPE_ROWFILL_H

#include "io/record.h"

#define ROWFILL_PLAYLISTS 100 /* of a record; later ones are left out */

struct rowfill {                 /* scratch; zeroed is valid */
	struct record old, more; /* the last two records, as they were */
	struct str name, filled, features, united;
	bool *drop, *take; /* of members of old, of more */
	size_t drop_cap, take_cap;
};
void rowfill_release(struct rowfill *f);

/* Fills *record, a record's line, from another. -1: one is no record. */
int rowfill_join(struct rowfill *f, struct str *record, struct span other,
		 struct err *err);

#endif
