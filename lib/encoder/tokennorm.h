/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalisers: what is rewritten before a text is cut. */
#ifndef MOODPIPE_TOKENNORM_H
#define MOODPIPE_TOKENNORM_H

#include "base/err.h"
#include "encoder/tokentext.h"

struct tokennorm; /* read-only: any thread */
/* json: absent or null is none. NULL: ERR_DATA, it names what is not known. */
struct tokennorm *tokennorm_new(struct span json, struct err *err);
void tokennorm_free(struct tokennorm *n);
void tokennorm_apply(const struct tokennorm *n, struct tokentext *t);

#endif
