/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request wants: its mood and context words (lexicon.h) and its type,
 * by words, which decides how the signals are weighed. The first type that
 * matches counts, but a genre with an attribute ("rock guitar solo") gets the
 * mean of both types' weights; and a request that no type's words match, but
 * the lexicon does, is mood-heavy.
 */
#ifndef MOODPIPE_INTENT_H
#define MOODPIPE_INTENT_H

#include "corpus/lexicon.h"
#include "corpus/weights.h"

struct intent {
	enum query_type type;
	enum query_type blend; /* QUERY_TYPES: none */
	float weight[SIGNAL_COUNT];
	struct lexicon_mood mood; /* matches 0: none, not neutral */
	struct str context;       /* context words, one per line */
};

/* Replaces *in, which begins zeroed. */
void intent_read(struct intent *in, const struct weights *w,
		 const struct lexicon *l, struct span query);
void intent_release(struct intent *in);

#endif
