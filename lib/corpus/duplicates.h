/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which tracks of a corpus are one recording, as a table that dedupe(1) fits
 * over all of it (duplicatesfit.h) and applies record by record. A pack of kind
 * "moodsame": "same.text" and "same.rows" (struct duplicates_row, sorted by
 * key), one row for each track that is in a group of two or more.
 */
#ifndef MOODPIPE_DUPLICATES_H
#define MOODPIPE_DUPLICATES_H

#include "io/pack.h"
#include "io/record.h"

#define DUPLICATES_KIND "moodsame"
#define DUPLICATES_VERSION 1

enum duplicates_role {
	DUPLICATES_NONE = 0, /* alone */
	DUPLICATES_KEEPER,
	DUPLICATES_OTHER,
};

struct duplicates_row { /* of "same.rows" */
	uint64_t key;   /* track_key of the id */
	uint64_t at;    /* in "same.text": the id, NUL, what it is given */
	uint32_t size;  /* of the three */
	uint32_t role;
};

struct duplicates { /* zeroed: knows of none */
	struct pack *pack;
	const struct duplicates_row *rows;
	size_t count;
	struct span text;
};

int duplicates_open(struct duplicates *d, const char *path, struct err *err);
void duplicates_close(struct duplicates *d);
/* The id's part. *given (in the mapping): for a keeper the JSON array of the
 * others, for another the keeper's id. */
enum duplicates_role duplicates_find(const struct duplicates *d, struct span id,
				     struct span *given);
/* Sets "sources" or "duplicate_of" as the table says, removes what an earlier
 * table said and "fingerprint". -1: the record has no id. */
int duplicates_mark(const struct duplicates *d, struct record *r,
		    struct str *scratch, struct err *err);

#endif
