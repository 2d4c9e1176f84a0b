/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The source members of a record, found in one pass over it, for stages that
 * read many of them at the speed of the input. Values stay raw JSON; of
 * duplicate names the last counts, null is absence (as in record.h).
 */
#ifndef MOODPIPE_FIELDS_H
#define MOODPIPE_FIELDS_H

#include "io/record.h"

enum field {
	/* The ten of a crawl, man tracks(5). */
	FIELD_TITLE,
	FIELD_ARTIST,
	FIELD_YEAR,
	FIELD_CREATED_AT,
	FIELD_GENRE,
	FIELD_TAGS,
	FIELD_DESCRIPTION,
	FIELD_PLAYBACK_COUNT,
	FIELD_PERMALINK_URL,
	FIELD_VIBE_TEXT,
	FIELD_CRAWL_COUNT,
	/* Others that stages read where a source has them. */
	FIELD_LIKES_COUNT = FIELD_CRAWL_COUNT,
	FIELD_FAVORITINGS_COUNT,
	FIELD_RELEASE_YEAR,
	FIELD_COUNT
};

struct fields {
	struct span at[FIELD_COUNT]; /* raw; p == NULL: absent */
};

void fields_find(struct fields *f, const struct record *r);

/* The text of a string or number, white space trimmed; {NULL,0} where absent
 * or empty. Borrowed from the record or, where it had escapes, from scratch
 * (replaced). Bytes are as in the source: not checked to be UTF-8. */
struct span fields_text(struct span raw, struct str *scratch);
/* A number, or a string that holds one. */
bool fields_number(struct span raw, double *out);
/* Something is there: not absent, "", blank, [] or {}. */
bool fields_filled(struct span raw);
/* Code points of a string's text; 0 for anything else. */
size_t fields_length(struct span raw);

#endif
