/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables under data/: lines of cells with tabs between, "#" for comments. Spans
 * are of the table; nothing is copied.
 */
#ifndef MOODPIPE_TABLELINE_H
#define MOODPIPE_TABLELINE_H

#include <stdbool.h>

#include "base/str.h"

/* Takes what stands before the next separator, or all, off *rest, and the
 * separator; returns it without white space around it. */
struct span tableline_cut(struct span *rest, char separator);
/* The next cell; empty where there is none left. */
struct span tableline_field(struct span *line);
/* All cells, at most `most`; returns how many there are. */
int tableline_cells(struct span line, struct span *cells, int most);
/* Takes the next line that says something off *table and counts lines; false:
 * there is none left. */
bool tableline_next(struct span *table, struct span *line, size_t *number);

#endif
