/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * English stems (Snowball "english", Porter 2001, libstemmer). A stemmer is
 * used by one thread at a time; making one costs about a microsecond.
 */
#ifndef MOODPIPE_STEM_H
#define MOODPIPE_STEM_H

#include "base/str.h"

struct stem;
struct stem *stem_new(void);
void stem_free(struct stem *s);
/* The stem of a folded word; valid until the next call. A word with anything
 * but a-z in it, or shorter than 3 bytes, is its own stem. */
struct span stem_word(struct stem *s, struct span word);

#endif
