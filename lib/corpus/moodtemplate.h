/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts with places to fill, {{name}}, such as data/mood-plot.html. */
#ifndef MOODPIPE_MOODTEMPLATE_H
#define MOODPIPE_MOODTEMPLATE_H

#include "base/err.h"
#include "base/str.h"

struct moodtemplate_value { /* an array ends with {0} */
	const char *name;
	struct span value; /* as it is to stand there */
};
/* Appends the text of data/NAME, or of path where that is not NULL, with values
 * in its places. -1: ERR_ENV, or ERR_DATA: a place that no value has. */
int moodtemplate_fill(const char *name, const char *path,
		      const struct moodtemplate_value *values, struct str *out,
		      struct err *err);

/* Appends text for XML and HTML, attributes included: marks become entities,
 * malformed UTF-8 U+FFFD, control characters blanks. */
void moodtemplate_xml(struct str *out, struct span text);
/* Appends a JSON string that is safe inside of <script>: no <, >, & or line
 * separator in it. */
void moodtemplate_json(struct str *out, struct span text);
/* Appends text cut to so many columns, wide characters as two, with an ellipsis
 * where something is missing. */
void moodtemplate_cut(struct str *out, struct span text, unsigned columns);

#endif
