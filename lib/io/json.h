/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON text (RFC 8259) without a tree: checking, skipping, decoding and
 * writing single values. Positions are byte offsets into the caller's text.
 */
#ifndef MOODPIPE_JSON_H
#define MOODPIPE_JSON_H

#include "base/err.h"
#include "base/str.h"

#define JSON_DEPTH 256 /* deeper nesting is refused */

enum json_type {
	JSON_NONE,
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/* The type a value's first byte announces; JSON_NONE if absent. */
enum json_type json_type(struct span value);

/* End of the value that starts at p (no leading white space), fully checked
 * but for UTF-8; NULL with *why set to a static phrase where it is malformed. */
const char *json_skip(const char *p, const char *end, const char **why);

/* Appends the decoded text of a JSON string value (quotes included) as UTF-8.
 * \u0000 and lone surrogates become U+FFFD; invalid UTF-8 likewise.
 * -1: the value is not a string. */
int json_string(struct span value, struct str *out);
int json_number(struct span value, double *out);
int json_bool(struct span value, bool *out);

/* Iterates an array's elements or an object's members. *pos starts at 0.
 * Returns 1 with the next, 0 at the end (or if value is no array/object). */
int json_each(struct span value, size_t *pos, struct span *element);
int json_member(struct span value, size_t *pos, struct span *raw_name,
		struct span *element);
/* The last member of that name of an object value, {NULL,0} if absent. name
 * is plain text; escaped spellings of it in the text are recognised. */
struct span json_get(struct span object, const char *name);
/* Is that raw member name (no quotes) this plain text, escapes decoded? */
bool json_name_is(struct span raw, const char *name);
/* -1, ERR_DATA naming it: a member of object is none of names, which end with
 * NULL. */
int json_only(struct span object, const char *const *names, struct err *err);

/* Appends s as a JSON string with quotes; invalid UTF-8 becomes U+FFFD. */
void json_put_string(struct str *out, struct span s);
/* Appends a number; a value that is not finite is written as null. */
void json_put_number(struct str *out, double v, int decimals);

#endif
