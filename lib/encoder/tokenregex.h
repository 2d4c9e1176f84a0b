/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Regular expressions of tokenizers (Oniguruma, which they are written for). What
 * a pattern may do to one place of a text is limited: where it goes beyond, it
 * finds nothing more.
 */
#ifndef MOODPIPE_TOKENREGEX_H
#define MOODPIPE_TOKENREGEX_H

#include "base/err.h"
#include "base/str.h"

struct tokenregex; /* read-only: any thread */
/* NULL: ERR_DATA, what is wrong with it. */
struct tokenregex *tokenregex_new(struct span pattern, struct err *err);
/* Of a plain string. */
struct tokenregex *tokenregex_plain(struct span text);
/* A component's "pattern": {"String": text} or {"Regex": pattern}. */
struct tokenregex *tokenregex_pattern(struct span json, const char *what,
				      struct err *err);
void tokenregex_free(struct tokenregex *r);

/* All finds in text[0, n), from the left, none in another: fn is told of each.
 * Empty ones count, but for one right behind another find. */
typedef void tokenregex_fn(void *ctx, size_t begin, size_t end);
void tokenregex_each(const struct tokenregex *r, struct span text,
		     tokenregex_fn *fn, void *ctx);

#endif
