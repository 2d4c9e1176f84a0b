/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The types of a request, by signs: the words of data/weights.tsv, capitalised
 * names, a mood and how sure it is, names that were found. Each sign speaks for
 * its type as much as data/asking.tsv says; a type's share is its part of all
 * that was said. A mood that only the network hears counts by its probability,
 * the rest of that is for "default", as is all of a request without signs.
 */
#ifndef MOODPIPE_INTENTTYPE_H
#define MOODPIPE_INTENTTYPE_H

#include "corpus/askwords.h"
#include "corpus/requestmood.h"

struct intenttype_signs {
	const struct requestmood *mood;
	bool network; /* it told whether there is a mood */
	bool like;  /* answers are to be like something: nothing else counts */
	bool by;    /* an artist's tracks alone */
	bool genre; /* one is named, beyond the words of the type */
};
/* table NULL: every sign speaks alike. Returns the type of the greatest share,
 * the first in the weights' order of equal ones. */
enum query_type intenttype_read(const struct weights *w,
				const struct askwords *table, struct span text,
				const struct intenttype_signs *signs,
				float share[QUERY_TYPES]);

#endif
