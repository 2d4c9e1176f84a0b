/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of indexcheck.h: albums, voices, timbre, prints, playlists. */
#ifndef MOODPIPE_INDEXCHECKBESIDE_H
#define MOODPIPE_INDEXCHECKBESIDE_H

#include "index/generation.h"

int indexcheck_bad(const char *section, size_t at, const char *what,
		   struct err *err);
int indexcheck_names(const struct names *n, const char *section,
		     struct err *err);
/* Catalogue and display features must have been checked. */
int indexcheck_beside(const struct generation *g, struct err *err);

#endif
