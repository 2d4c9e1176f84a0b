/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of generation.h: the sections that not every index has. */
#ifndef MOODPIPE_GENERATIONBESIDE_H
#define MOODPIPE_GENERATIONBESIDE_H

#include "index/generation.h"

/* Voices, albums, timbre, prints, playlists; the catalogue is open. */
int generation_open_beside(struct generation *g, struct err *err);
int generation_open_names(const struct generation *g, struct names *n,
			  const char *offsets, const char *blob,
			  struct err *err);

#endif
