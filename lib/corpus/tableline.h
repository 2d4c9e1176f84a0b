/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables under data/: lines of fields with tabs between, "#" for comments. */
#ifndef MOODPIPE_TABLELINE_H
#define MOODPIPE_TABLELINE_H

#include "base/err.h"
#include "base/str.h"

/* Takes the next field off *line, without white space around it; empty where
 * there is none left. */
struct span tableline_field(struct span *line);
/* Takes the next line that says something off *table and counts lines; false:
 * there is none left. */
bool tableline_next(struct span *table, struct span *line, size_t *number);

/* Reads data/NAME and parses it: parse(to, its text, its path). */
typedef int tableline_parse(void *to, struct span tsv, const char *path,
			    struct err *err);
int tableline_load(const char *name, tableline_parse *parse, void *to,
		   struct err *err);

#endif
