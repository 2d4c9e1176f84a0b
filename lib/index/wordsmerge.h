/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of wordsbuild.h: the lists of a range of stems, from all runs and from
 * what is kept of an older index. */
#ifndef MOODPIPE_WORDSMERGE_H
#define MOODPIPE_WORDSMERGE_H

#include "base/err.h"
#include "index/wordskeep.h"

#define WORDS_ONCE 256

struct words_merge {                       /* what all ranges have in common */
	const struct words_header *header; /* the model, and averages */
	const uint16_t *lengths;
	const struct words_run *runs;
	size_t nruns;
	int file;                      /* of spilled runs */
	const struct words_kept *kept; /* NULL: nothing */
	/* What words_code gives for one occurrence, by field and length. */
	uint8_t once[WORDS_FIELDS][WORDS_ONCE];
};
/* Fills once; the rest is there. */
void words_merge_codes(struct words_merge *m);

struct words_merged_term {
	size_t stem, stem_n; /* of words */
	size_t forms;        /* of words: each a number (length), then bytes */
	uint32_t nforms;
	uint32_t rows;
	size_t body;   /* bytes of bodies: the list behind its header */
	size_t places; /* bytes of places */
};

struct words_merged { /* zeroed: empty */
	struct str words, bodies, places;
	struct words_merged_term *terms;
	size_t count, cap;
};
void words_merged_release(struct words_merged *m);

/* The stems from..to, `to` not included (p == NULL: no bound), replacing what
 * *out held. -1: ERR_ENV, the file cannot be read; ERR_DATA, what
 * is kept is damaged. */
int words_merge_range(const struct words_merge *m, struct span from,
		      struct span to, struct words_merged *out,
		      struct err *err);

#endif
