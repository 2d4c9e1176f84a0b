/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Temporary data that has no name: gone with its last descriptor. */
#ifndef MOODPIPE_SCRATCH_H
#define MOODPIPE_SCRATCH_H

#include <stdio.h>

#include "base/err.h"

/* A file to write and read back, in $TMPDIR or /tmp. NULL: ERR_ENV. */
FILE *scratch_open(struct err *err);
/* Its n bytes, all written; to munmap. NULL: ERR_ENV, or n is 0. */
void *scratch_map(FILE *f, size_t n, struct err *err);

#endif
