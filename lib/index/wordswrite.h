/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of wordsbuild.h: ranges of stems, merged on all threads, become an
 * index. */
#ifndef MOODPIPE_WORDSWRITE_H
#define MOODPIPE_WORDSWRITE_H

#include "index/wordsbuild.h"
#include "index/wordsmerge.h"

/* Writes the index of all that m has. Of header, which is m->header, the counts
 * of terms, forms and postings and the parts are filled in. -1: put's error,
 * ERR_ENV, or ERR_DATA: what is kept is damaged. err is not NULL. */
int words_write(const struct words_merge *m, struct words_header *header,
		size_t memory, int threads, words_put *put, void *to,
		struct err *err);

#endif
