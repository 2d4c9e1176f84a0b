/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Places in JSON text: names with dots between them, [3] for an element of an
 * array, [*] for all of them; "" is the value itself. "hits[0].artist.name".
 */
#ifndef MOODPIPE_JSONPATH_H
#define MOODPIPE_JSONPATH_H

#include "base/str.h"

/* True where path is well-formed. */
bool jsonpath_valid(const char *path);
/* The raw values at path, in order, null ones left out, `most` at most; how
 * many. value must be well-formed JSON (json_skip). */
size_t jsonpath_find(struct span value, const char *path, struct span *out,
		     size_t most);
/* Replaces *out with the texts at path: strings decoded, numbers and booleans
 * as they are written, others left out; with `between` between them. An array
 * at the end of the path stands for its elements. true: there is some text. */
bool jsonpath_text(struct span value, const char *path, const char *between,
		   struct str *out);

#endif
