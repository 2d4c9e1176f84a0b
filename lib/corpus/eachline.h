/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of lines: requests, candidates, answers, runs, tracks. */
#ifndef MOODPIPE_EACHLINE_H
#define MOODPIPE_EACHLINE_H

#include "base/err.h"
#include "base/str.h"

/* Calls each(ctx, line) for every line of path ("-": stdin) that is not blank,
 * as soon as it is there; stops where it returns other than 0. A line longer
 * than limit is ERR_DATA. A failure about data is prefixed "path:line". */
int eachline_of(const char *path, size_t limit, void *ctx,
		int (*each)(void *ctx, struct span line, struct err *err),
		struct err *err);

/* The same of blank lines, too. */
int eachline_all(const char *path, size_t limit, void *ctx,
		 int (*each)(void *ctx, struct span line, struct err *err),
		 struct err *err);

/* eachline_of over operands; none: stdin. */
int eachline(char **files, int count, size_t limit, void *ctx,
	     int (*each)(void *ctx, struct span line, struct err *err),
	     struct err *err);

#endif
