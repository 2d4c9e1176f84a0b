/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a record goes into an index's catalogue. */
#ifndef MOODPIPE_INDEXROW_H
#define MOODPIPE_INDEXROW_H

#include "index/indexwriter.h"
#include "io/record.h"

struct indexrow {             /* zeroed is valid */
	struct index_row row; /* spans into text, until the next */
	struct str text[CATALOGUE_FIELDS], description, lyrics, language;
	struct str album, playlists;
	/* So many words of lyrics are sung, where the record does not say;
	 * 0: lyrics say nothing. */
	size_t sung_words;
};

/* Replaces *r: 0; 1: the record does not belong into an index, as it is known
 * not to be music or is another copy of a recording (duplicate_of), and only
 * its key is there; -1, ERR_RECORD: a record without an id. */
int indexrow_read(struct indexrow *r, const struct record *record,
		  struct err *err);
void indexrow_release(struct indexrow *r);

#endif
