/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arrays one behind another in bytes that are read in place, each from a
 * multiple of 8 on, zeros between: how tables and models are kept in sections.
 */
#ifndef MOODPIPE_PARTS_H
#define MOODPIPE_PARTS_H

#include "base/str.h"

/* Appends count elements of size bytes. */
void parts_put(struct str *out, const void *p, size_t size, size_t count);
/* Takes the next array off *rest and returns it. NULL where *rest has not so
 * many bytes or is not aligned to 8; *rest is empty then. */
const void *parts_take(struct span *rest, size_t size, size_t count);

#endif
