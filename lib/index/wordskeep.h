/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of wordsbuild.h: an index that was, and what of it is kept. Its
 * dictionary of words is turned round, so that a term's words are known; lists
 * and positions stay where they are and are read term by term. All of it is
 * hostile.
 */
#ifndef MOODPIPE_WORDSKEEP_H
#define MOODPIPE_WORDSKEEP_H

#include "index/wordsrun.h"

struct words_kept { /* zeroed: empty */
	struct words_view old;
	const uint32_t *row_of; /* [old.rows], UINT32_MAX: not kept */
	struct str words;       /* of all terms: numbers (length), then bytes */
	size_t *begin;          /* [terms + 2]: a term's words, of words */
	uint32_t *forms;        /* [terms]: their number */
	struct words_run outline; /* stems and samples, of postings; no bytes */
};

/* Old and row_of must outlive it. -1, ERR_DATA: damaged. To be released in any
 * case. */
int words_kept_open(struct words_kept *k, const struct words_view *old,
		    const uint32_t *row_of, struct err *err);
void words_kept_release(struct words_kept *k);

int words_kept_damaged(struct err *err); /* -1 */

#endif
