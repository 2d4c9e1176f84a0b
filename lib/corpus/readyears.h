/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Years and lengths in the words of a request: "late 90s", "before 2000",
 * "between 1990 and 1995", "from the 60s to the 80s", "hits of 1999"; "under 3
 * minutes", "2-4 minutes", "3:30 or less". A number alone ("1999") is none, nor
 * is a decade that something is about.
 */
#ifndef MOODPIPE_READYEARS_H
#define MOODPIPE_READYEARS_H

#include "corpus/asks.h"
#include "corpus/reading.h"

/* Marks the words read and adds the filters and their notes. */
void readyears(struct reading *r, struct asks *asks);
void readlengths(struct reading *r, struct asks *asks);

#endif
