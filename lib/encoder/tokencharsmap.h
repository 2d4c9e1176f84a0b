/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rewriting rules of sentencepiece models ("precompiled_charsmap"): a
 * double-array trie (darts-clone) from byte strings to replacements.
 */
#ifndef MOODPIPE_TOKENCHARSMAP_H
#define MOODPIPE_TOKENCHARSMAP_H

#include "base/err.h"
#include "encoder/tokentext.h"

struct tokencharsmap; /* read-only: any thread */
/* From base64. NULL: ERR_DATA. */
struct tokencharsmap *tokencharsmap_new(struct span base64, struct err *err);
void tokencharsmap_free(struct tokencharsmap *m);

/* Grapheme clusters of up to five bytes as a whole where a rule is there, else
 * each code point. */
void tokencharsmap_apply(const struct tokencharsmap *m, struct tokentext *t);

#endif
