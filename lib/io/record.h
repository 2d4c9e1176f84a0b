/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A record: one line of NDJSON and the spans of its top-level members. Values
 * are parsed only when read; what a tool does not own is copied byte for byte.
 * Members: man tracks(5).
 */
#ifndef MOODPIPE_RECORD_H
#define MOODPIPE_RECORD_H

#include "base/err.h"
#include "base/str.h"

struct record_member {
	struct span name;  /* raw, without quotes */
	struct span value; /* raw */
	struct span whole; /* "name":value, no comma */
};

struct record_set { /* offsets: added may move */
	size_t start, value, end;
};

struct record {
	struct span line;              /* without the newline */
	size_t head, tail;             /* the line's members lie between */
	struct record_member *members; /* of line, less those removed */
	size_t count, cap;
	struct str added; /* "name":value of the members set */
	struct record_set *sets;
	size_t nsets, sets_cap;
	bool dirty;     /* a member was set or removed */
	bool escapes;   /* a member's name has a backslash */
	uint64_t names; /* bits of the names that may be here */
};

void record_release(struct record *r); /* a zeroed record is valid */

/* Points r at line (which must outlive it) and checks all of it.
 * -1, ERR_DATA: not one JSON object. */
int record_parse(struct record *r, struct span line, struct err *err);

/* Raw value of a member; {NULL,0} where absent or null. Of duplicate names the
 * last counts. The span of a member that was set lives until the next set. */
struct span record_get(const struct record *r, const char *name);
/* Replaces *out with the member's text, white space trimmed. true: present and
 * not empty. A number is given as its literal; arrays, objects: false. */
bool record_text(const struct record *r, const char *name, struct str *out);
/* A number, or a string that holds one. */
bool record_number(const struct record *r, const char *name, double *out);
/* Replaces *out with the record's id: 0, or -1 (ERR_RECORD) where missing. */
int record_id(const struct record *r, struct str *out, struct err *err);

/* Sets a member to raw JSON: it takes the place of all members of that name,
 * at the end of the record, in the order of setting. name: plain ASCII. */
void record_set(struct record *r, const char *name, struct span raw);
void record_set_text(struct record *r, const char *name, struct span text);
void record_set_number(struct record *r, const char *name, double v,
		       int decimals);
void record_remove(struct record *r, const char *name);

/* Appends the record as it now stands and a newline. A record that was not
 * changed is its line, byte for byte. */
void record_write(const struct record *r, struct str *out);

/* Sets "error":{"tool","code","message","retry"}. */
void record_fail(struct record *r, const char *tool, const struct err *err);
static inline bool record_failed(const struct record *r)
{
	return record_get(r, "error").p != NULL;
}

#endif
