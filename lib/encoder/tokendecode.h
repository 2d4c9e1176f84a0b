/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decoders: from the spellings of tokens back to a text. */
#ifndef MOODPIPE_TOKENDECODE_H
#define MOODPIPE_TOKENDECODE_H

#include "base/err.h"
#include "base/str.h"

struct tokenstrings {    /* zeroed is empty; to release */
	struct str text; /* one behind another */
	size_t *ends;    /* [count], in text */
	size_t count, cap;
};
void tokenstrings_release(struct tokenstrings *s);
void tokenstrings_put(struct tokenstrings *s, struct span string);

struct tokendecode; /* read-only: any thread */
/* json: absent or null puts blanks between tokens. NULL: ERR_DATA, it names what
 * is not known. */
struct tokendecode *tokendecode_new(struct span json, struct err *err);
void tokendecode_free(struct tokendecode *d);
/* What s->text becomes is the decoded text. */
void tokendecode_apply(const struct tokendecode *d, struct tokenstrings *s);

#endif
