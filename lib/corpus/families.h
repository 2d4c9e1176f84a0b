/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Versions of one song by one artist, told by their titles: the same words once
 * guests, noise and version words (versions.h, match.h) are set apart. Tables
 * are read when two titles are alike at first sight, the same before a bracket
 * or dash, or one with more words than the other; this is rare.
 */
#ifndef MOODPIPE_FAMILIES_H
#define MOODPIPE_FAMILIES_H

#include "base/err.h"
#include "base/str.h"

struct families; /* scratch */
struct families *families_new(void);
void families_free(struct families *f);

/* Are they one song's? 1 or 0; -1: the table of versions cannot be read. */
int families_same(struct families *f, struct span a, struct span b,
		  struct err *err);
/* Does a request ask for versions of that kind: "remix", "live"? Likewise. */
int families_asked(struct families *f, struct span request, struct err *err);

#endif
