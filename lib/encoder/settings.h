/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Members of a model's small JSON files, checked. What is null counts as
 * absent. Functions return -1, ERR_DATA naming the file, the member, what it is
 * and what it can be.
 */
#ifndef MOODPIPE_SETTINGS_H
#define MOODPIPE_SETTINGS_H

#include "base/err.h"
#include "base/str.h"
#include "math/linear.h"

#define SETTINGS_MAX ((size_t)16 << 20) /* bytes of a file */

struct settings {
	struct span all;  /* an object, or array, well-formed */
	const char *path; /* for messages */
	struct err *err;
};
/* Of text, which outlives them. */
int settings_parse(struct settings *s, struct span text, const char *path,
		   struct err *err);
/* Of a file, read into *text (empty before; the caller's). */
int settings_read(struct settings *s, const char *path, struct str *text,
		  struct err *err);

/* NULL: absent. */
struct span settings_member(const struct settings *s, const char *name);
/* *out becomes the value, or absent where there is none; name NULL: none. */
int settings_number(const struct settings *s, const char *name, double lo,
		    double hi, double absent, double *out);
int settings_whole(const struct settings *s, const char *name, double lo,
		   double hi, double absent, size_t *out);
int settings_flag(const struct settings *s, const char *name, bool absent,
		  bool *out);
/* Replaces *out; empty (and not NULL) where there is none. */
int settings_text(const struct settings *s, const char *name, struct str *out);
/* An activation function, by its name in huggingface/transformers. */
int settings_function(const struct settings *s, const char *name,
		      const char *absent, enum linear_function *out);

/* -1: the member is something else than expected. */
int settings_bad(const struct settings *s, const char *name,
		 const char *expected);
/* Whether a text lists word between bars ("p2c|c2p"), or an array of texts
 * does. */
bool settings_lists(struct span value, const char *word);
/* How many members or elements there are. */
size_t settings_count(struct span value);

#endif
