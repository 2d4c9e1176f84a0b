/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pre-tokenisers: where a text may be cut, before a model sees its pieces. */
#ifndef MOODPIPE_TOKENSPLIT_H
#define MOODPIPE_TOKENSPLIT_H

#include "base/err.h"
#include "encoder/tokentext.h"

struct tokensplit; /* read-only: any thread */
/* json: absent or null is none. NULL: ERR_DATA, it names what is not known. */
struct tokensplit *tokensplit_new(struct span json, struct err *err);
void tokensplit_free(struct tokensplit *s);
void tokensplit_apply(const struct tokensplit *s, struct tokentext *t);

#endif
