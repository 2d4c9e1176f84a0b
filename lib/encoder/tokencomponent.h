/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Components of tokenizer.json that may be a Sequence of their like:
 * normalizers, pre-tokenizers, decoders. */
#ifndef MOODPIPE_TOKENCOMPONENT_H
#define MOODPIPE_TOKENCOMPONENT_H

#include "base/err.h"
#include "base/str.h"

/* Takes one that is no Sequence. 0; -1 with ctx' own error; 1: a type that is
 * not known. what: type, as a C string. */
typedef int tokencomponent_take(void *ctx, struct span json, struct span type,
				const char *what);

/* Hands over a component, or those of Sequences in their order. kind, for
 * messages: "normalizer"; list: the member with a Sequence's, "normalizers".
 * -1, ERR_DATA: malformed, nested too deeply, or not known, by its name. */
int tokencomponent_each(struct span json, const char *kind, const char *list,
			tokencomponent_take *take, void *ctx, struct err *err);

#endif
