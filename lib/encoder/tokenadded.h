/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Added tokens: spellings that are found in a text before anything else cuts
 * it; those that are not "normalized" in the text as given, the others in the
 * normalised one, where they are spelt as normalising spells them.
 */
#ifndef MOODPIPE_TOKENADDED_H
#define MOODPIPE_TOKENADDED_H

#include "encoder/tokentext.h"
#include "encoder/tokenvocab.h"

#define TOKENADDED_BYTES 1024 /* of a spelling */

struct tokenadded_token {
	int32_t id;
	bool single_word, lstrip, rstrip, normalized, special;
	struct span content; /* in the set's bytes */
};

struct tokenadded_finder {           /* one of the two ways */
	struct tokenvocab spellings; /* to places in tokens */
	bool first[256];             /* some spelling begins so */
	bool *lengths;               /* [longest + 1] */
};

struct tokenadded { /* zeroed is empty; to release */
	struct tokenadded_token *tokens;
	size_t count, cap;
	struct str bytes;
	struct tokenvocab contents; /* to places in tokens */
	struct tokenadded_finder given, normal;
};

/* json: the list "added_tokens", or absent. v: the model's vocabulary, which
 * has these tokens at the same ids, or has neither. -1, ERR_DATA. */
int tokenadded_init(struct tokenadded *a, struct span json,
		    const struct tokenvocab *v, struct err *err);
/* Then the finders: normalise rewrites t->now as the tokenizer does. */
typedef void tokenadded_normalise_fn(const void *ctx, struct tokentext *t);
int tokenadded_finish(struct tokenadded *a, tokenadded_normalise_fn *normalise,
		      const void *ctx, struct err *err);
void tokenadded_release(struct tokenadded *a);

void tokenadded_cut(const struct tokenadded *a, bool normal,
		    struct tokentext *t);
/* The added token of an id, or NULL. */
const struct tokenadded_token *tokenadded_find(const struct tokenadded *a,
					       int32_t id);

/* By its content. */
const struct tokenadded_token *tokenadded_of(const struct tokenadded *a,
					     struct span content);

#endif
