/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and words of an index, made again from what it has and compared. */
#ifndef MOODPIPE_INDEXAGAIN_H
#define MOODPIPE_INDEXAGAIN_H

#include "index/generation.h"

/* The columns must have been checked. -1: ERR_DATA, a section is other than the
 * strings of the tracks give it, or the words come out other than they are;
 * ERR_ENV: no room in $TMPDIR. */
int indexagain(const struct generation *g, struct err *err);

#endif
