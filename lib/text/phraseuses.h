/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each phrase of a table (phrases.h) stands for, where that may be several
 * things: records of one size, by number of the phrase.
 */
#ifndef MOODPIPE_PHRASEUSES_H
#define MOODPIPE_PHRASEUSES_H

#include "base/str.h"

struct phraseuses_builder { /* valid: zeroed, but for size */
	size_t size;        /* of a record */
	struct str records;
	uint32_t *first, *next; /* of a phrase, of a record: index + 1 */
	size_t phrases, phrases_cap, count, next_cap;
};
void phraseuses_builder_release(struct phraseuses_builder *b);
void phraseuses_add(struct phraseuses_builder *b, size_t phrase,
		    const void *record);
/* A record of the phrase, then the next while *at is kept; *at is 0 at first.
 * NULL: no more. */
const void *phraseuses_next(const struct phraseuses_builder *b, size_t phrase,
			    uint32_t *at);
/* Appends the records of phrases 0, 1, 2 ... as bytes. */
void phraseuses_compile(const struct phraseuses_builder *b, struct str *out);

struct phraseuses { /* a view of such bytes */
	size_t phrases, count;
	const uint32_t *first; /* [phrases + 1] */
	const char *records;
};
/* Takes them off *rest, for so many phrases; -1: they are not there. */
int phraseuses_view(struct phraseuses *u, size_t size, size_t phrases,
		    struct span *rest);
/* The records of a phrase, in *n, at most `most`; none where the bytes are
 * damaged. */
const void *phraseuses_of(const struct phraseuses *u, size_t size,
			  size_t phrase, size_t most, size_t *n);

#endif
