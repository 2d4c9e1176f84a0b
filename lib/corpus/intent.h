/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request wants: its mood and context words (requestmood.h) and its
 * type, by words, which decides how the signals are weighed. The first type
 * that matches counts, but a genre with an attribute ("rock guitar solo") gets
 * the mean of both types' weights; a request that no type's words match, but
 * that asks for a mood, is mood-heavy; one that by the network asks for none
 * ("Happy by Pharrell") is not, whatever its words. One that is as a whole the
 * name of tracks, and in which only the network hears a mood, asks for none and
 * is of type artist, whatever its words.
 */
#ifndef MOODPIPE_INTENT_H
#define MOODPIPE_INTENT_H

#include "corpus/requestmood.h"
#include "corpus/weights.h"
#include "corpus/wish.h"

struct intent {
	enum query_type type;
	float share[QUERY_TYPES]; /* of each type, sum 1 */
	float weight[SIGNAL_COUNT];
	struct wish wish;
	struct requestmood mood;
	struct str context; /* context words, one per line */
	struct str matched; /* phrases of the lexicon, one per line */
};

struct intent_known { /* of a request, beside its words; zeroed: nothing */
	/* A mood that it brings, which makes it one of a mood whatever its
	 * words; NULL: they tell it. */
	const struct requestmood *mood;
	/* Is it as a whole the name of tracks (named.h)? Asked only where the
	 * network alone hears a mood. */
	bool (*is_name)(void *ctx, struct span query);
	void *ctx;
};
/* Replaces *in, which begins zeroed. */
void intent_read(struct intent *in, const struct weights *w,
		 const struct requestmood_models *m, struct span query,
		 const struct intent_known *known);
void intent_release(struct intent *in);

#endif
