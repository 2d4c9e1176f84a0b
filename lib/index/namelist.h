/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The distinct names of one kind (artists, genres, languages, titles) while an
 * index is written. Names are folded (utf8_fold_name); one's number is that of
 * its appearance until they are ranked, and its place in the order of bytes,
 * which the index has, is rank[number].
 */
#ifndef MOODPIPE_NAMELIST_H
#define MOODPIPE_NAMELIST_H

#include "base/table.h"
#include "index/generation.h"

struct namelist { /* zeroed: valid, empty */
	struct table names;
	struct str folded;
	const struct table_entry **sorted; /* [names.count], once ranked */
	uint32_t *rank;
};
void namelist_release(struct namelist *l);

/* The number of a name; CATALOGUE_NONE of one that folds to nothing. */
uint32_t namelist_add(struct namelist *l, struct span name);
uint32_t namelist_add_folded(struct namelist *l, struct span folded);
/* After the last. */
void namelist_rank(struct namelist *l);

/* Sections of struct names. */
int namelist_write(const struct namelist *l, const char *offsets,
		   const char *blob, struct pack_writer *pw, struct err *err);
/* Sections of struct name_rows: which rows have a name, where number[n] are
 * those of all rows; and namefind over the names. */
int namelist_write_rows(const struct namelist *l, const uint32_t *number,
			size_t n, int threads, const struct name_sections *name,
			struct pack_writer *pw, struct err *err);

#endif
