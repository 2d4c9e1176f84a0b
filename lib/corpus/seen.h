/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tracks that were answered before, so that they are not again: a file of ids,
 * one a line. It only grows, by whole answers: they are appended in one write,
 * so that several processes may share it and one that is killed leaves what was
 * there; half a line at its end is an id that nobody has.
 */
#ifndef MOODPIPE_SEEN_H
#define MOODPIPE_SEEN_H

#include "base/err.h"
#include "base/table.h"

struct seen { /* zeroed: nothing was */
	struct table ids;
};
void seen_release(struct seen *s);

/* missing_ok: no such file is nothing seen. -1, ERR_ENV: it cannot be read. */
int seen_load(struct seen *s, const char *path, bool missing_ok,
	      struct err *err);
bool seen_has(const struct seen *s, struct span id);
/* Appends ids, one a line each with its newline, to the file, and takes them
 * in. -1, ERR_ENV: it cannot be written. */
int seen_append(struct seen *s, const char *path, struct span lines,
		struct err *err);

#endif
