/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Vectors of words: a track's texts (tracktext.h) through learn/textmodel.h.
 * The callbacks are those of a feature stage (io/stream.h).
 */
#ifndef MOODPIPE_WORDVECTOR_H
#define MOODPIPE_WORDVECTOR_H

#include "corpus/tracktext.h"
#include "io/feat.h"
#include "learn/textmodel.h"

struct wordvector_work { /* of one thread; zeroed is valid */
	struct tracktext words;
	struct textvector vector;
};
void wordvector_release(struct wordvector_work *w);

uint64_t wordvector_digest(struct wordvector_work *w, const struct record *r);
/* Fills row[TEXTMODEL_DIM]; NO_INPUT where no word is known. */
void wordvector_measure(struct wordvector_work *w,
			const struct textmodel *model, const struct record *r,
			struct feat_row *row);

/* Writes the count terms nearest to each text (learn/textnearest.h) as lines
 * of text, term and cosine, separated by tabs. */
int wordvector_nearest(const struct pack *model, char **texts, int ntexts,
		       int count, FILE *out, struct err *err);

#endif
