/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a request becomes a query of words (words.h): every word once and
 * optional, neighbours also as a phrase, and words that everybody writes who
 * asks for music for little. What is typed with signs (quotes, +, -, *) is taken
 * as it is written where that finds something. Chosen by tests/words.sh on its
 * dev parts.
 */
#ifndef MOODPIPE_ASKED_H
#define MOODPIPE_ASKED_H

#include "index/words.h"

#define ASKED_LIGHT 0.3F /* weight of a word that tells little */
#define ASKED_PAIR 0.2F  /* of two neighbours as a phrase */
enum { ASKED_PAIRS = 8, ASKED_WORDS = 512 /* that are read */ };

struct asked; /* one thread's scratch */
struct asked *asked_new(void);
void asked_free(struct asked *a);

/* The query, until the next request: as it is written, NULL where there are no
 * signs in it; and by its words. */
const struct words_query *asked_signs(struct asked *a, struct span request);
const struct words_query *asked_words(struct asked *a, struct span request);
/* How much of a query's words, by weight, is in the row that has these reasons
 * (words_explain), 0 to 1. */
float asked_met(const struct words_query *q, const struct words_reason *why,
		size_t n);

#endif
