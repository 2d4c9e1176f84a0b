/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that an index promises, checked: reads all of it. */
#ifndef MOODPIPE_INDEXCHECK_H
#define MOODPIPE_INDEXCHECK_H

#include "index/generation.h"

/* Checksums of all sections; then that rows, names and strings are in order and
 * in bounds, that vectors have unit length, and that lists, graphs, grids,
 * names and words hold what they are built from. -1, ERR_DATA: the message says
 * which section is at fault. */
int indexcheck(const struct generation *g, struct err *err);

#endif
