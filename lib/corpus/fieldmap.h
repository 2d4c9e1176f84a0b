/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a source's columns are called here. The rules, first to last:
 *   1. --map theirs=ours. Of two options for one member the earlier that finds
 *      its column wins.
 *   2. A column that already has one of our names (tables: whatever its case,
 *      spaces for underscores).
 *   3. The built-in map that the header calls for: the first of data/maps all
 *      of whose "when" columns are there. It renames nothing onto a name taken.
 *   4. Every other column keeps its name; one that belongs to a later stage
 *      ("error"), or was taken by rule 1, becomes "source_error".
 * The outcome does not depend on the order of the columns, but for columns
 * without a name ("column_3") and columns of the same name.
 */
#ifndef MOODPIPE_FIELDMAP_H
#define MOODPIPE_FIELDMAP_H

#include "base/err.h"
#include "base/str.h"

enum fieldmap_kind {
	FIELDMAP_TEXT,
	FIELDMAP_NUMBER,          /* a number where it reads as one */
	FIELDMAP_TAGS,            /* may be a JSON array of strings */
	FIELDMAP_SOUNDCLOUD_TAGS, /* fieldmap_split_tags */
};

enum fieldmap_role { /* in the identity of a row */
		     FIELDMAP_NONE,
		     FIELDMAP_URL,
		     FIELDMAP_ARTIST,
		     FIELDMAP_TITLE,
		     FIELDMAP_YEAR,
		     FIELDMAP_DURATION,
		     FIELDMAP_ALBUM,
		     FIELDMAP_ROLES
};

struct fieldmap_column {
	struct span name; /* ours, plain text */
	struct span key;  /* as JSON with its colon: "name": */
	bool renamed;     /* it differs from theirs */
	enum fieldmap_kind kind;
	enum fieldmap_role role;
};

struct fieldmap;
/* Reads data/maps. NULL: ERR_ENV or ERR_DATA. */
struct fieldmap *fieldmap_new(struct err *err);
void fieldmap_free(struct fieldmap *m);

/* One --map argument. -1, ERR_USAGE: not theirs=ours, or ours is a member
 * that a later stage owns. */
int fieldmap_add(struct fieldmap *m, const char *rule, struct err *err);

/* Names n columns: names are plain text (decoded, well-formed UTF-8). exact:
 * NDJSON, names are compared as they are and equal ones share a name. Returns
 * columns[n], valid until the next call; the same call twice is cheap. */
const struct fieldmap_column *fieldmap_resolve(struct fieldmap *m,
					       const struct span *names,
					       size_t n, bool exact);
/* The next option, from number *at (first 0) on, whose column no resolve so far
 * has met, and that column; NULL: no more. */
const char *fieldmap_unmet(const struct fieldmap *m, size_t *at,
			   struct span *theirs);
/* The built-in map that the last resolve chose, or NULL. */
const char *fieldmap_chosen(const struct fieldmap *m);

/* Appends a SoundCloud tag list as a JSON array, without repetitions; nothing
 * (and 0) where it has no tag. Returns the number of tags. */
size_t fieldmap_split_tags(struct span list, struct str *json);

#endif
