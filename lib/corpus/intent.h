/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request wants: filters, names and wishes in its words (readyears.h,
 * readnames.h, readsound.h), its mood (requestmood.h) and its type, which
 * decides how the signals are weighed.
 *
 * Every type that a request shows signs of has a share (intenttype.h). A
 * request that is as a whole the name of tracks, and in which only the network
 * hears a mood, asks for none and is of type artist, whatever its words. One
 * that is such a name is not read further, unless it is made of words alone that
 * say how music is asked for ("90s music").
 */
#ifndef MOODPIPE_INTENT_H
#define MOODPIPE_INTENT_H

#include "corpus/asks.h"
#include "corpus/readsound.h"
#include "corpus/requestmood.h"
#include "corpus/weights.h"
#include "corpus/whois.h"
#include "corpus/wish.h"

struct intent {
	enum query_type type;     /* the one of the greatest share */
	float share[QUERY_TYPES]; /* of each type, sum 1 */
	float weight[SIGNAL_COUNT];
	struct wish wish;
	struct requestmood mood;
	struct str context; /* context words, one per line */
	struct str matched; /* phrases of the lexicon, one per line */
	/* The words to search texts and words by: the request without what was
	 * understood as a filter, a negation or "songs like". May be empty, and
	 * is where the request is vague. */
	struct str plain;
	struct asks asks;
	struct readsound_context occasion;
	struct reading reading; /* scratch */
};

struct intent_known { /* of a request, beside its words; zeroed: nothing */
	/* A mood that it brings, which makes it one of a mood whatever its
	 * words; NULL: they tell it. */
	const struct requestmood *mood;
	/* What its words are understood by; NULL: the mood and the type alone
	 * are read. */
	const struct askwords *words;
	struct whois *who; /* NULL: no names are known */
	bool literal;      /* words are words: no filters, no names */
	bool like;         /* it brings tracks, as "songs like" does */
	bool aspects;      /* and asks for more or less of something, which
			    * makes it half one of a mood */
};
/* Replaces *in, which begins zeroed. */
void intent_read(struct intent *in, const struct weights *w,
		 const struct requestmood_models *m, struct span query,
		 const struct intent_known *known);
void intent_release(struct intent *in);

#endif
