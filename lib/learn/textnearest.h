/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terms of a text model nearest to a text, for people to see what it has
 * learnt: the cosine of rows of V sigma without the common component, that is
 * of what the terms occur with. (Encoding flattens sigma, which finds texts
 * better but leaves chance companions of rare words.) Reads every row.
 */
#ifndef MOODPIPE_TEXTNEAREST_H
#define MOODPIPE_TEXTNEAREST_H

#include "learn/textprior.h"

struct textnearest_term {
	struct span spelling; /* in the model's pack */
	float cosine;
};

/* Up to k terms into out[k], the nearest first; returns their number, 0 where
 * the model knows no word of the text. Left out: terms without a spelling,
 * those that hold a word of the text, and those of fewer than one text in a
 * thousand. */
int textnearest_find(const struct textprior *p, struct span text, int k,
		     struct textnearest_term *out);

#endif
