/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The three retrievals of a request over one generation: text (cosine with the
 * request's vector), mood (nearest in the mood plane) and audio (cosine with
 * the mean vector of the measured tracks nearest to the request's mood, as
 * text cannot be mapped to sound yet; where an index has vectors of both kinds,
 * such a mean and a cosine of each, and their mean where a row has both). Each
 * gives its best rows, exactly but for text that is found through lists
 * (ivf.h); they are merged by rank in turns, and every candidate then has the
 * signals of all three, exactly. A signal that the request or the index lacks
 * is missing.
 */
#ifndef MOODPIPE_RETRIEVAL_H
#define MOODPIPE_RETRIEVAL_H

#include "corpus/candidates.h"
#include "corpus/intent.h"
#include "corpus/request.h"
#include "index/scan.h"
#include "learn/textmodel.h"

/* The best cosine of text below which the request's words are related to no
 * track: where a mood speaks the signal is then missing, for scaling such scores
 * to [0, 1] would make noise of them. Requests that mean something reach 0.4. */
#define RETRIEVAL_TEXT_LEAST 0.1F

struct retrieval_limits {
	int threads;
	size_t each;       /* per signal, 500 */
	size_t per_artist; /* 10; 0: no limit */
	size_t most;       /* candidates in all, 1000 */
	bool keep_dead;
};

struct retrieval; /* scratch for one thread of requests */
struct retrieval *retrieval_new(const struct generation *g,
				const struct textmodel *model,
				struct retrieval_limits limits);
void retrieval_free(struct retrieval *r);
/* Fills out->items and out->eligible. model NULL: no text signal. -1,
 * ERR_DATA: a damaged index. */
int retrieval_run(struct retrieval *r, const struct request *request,
		  const struct intent *intent, struct candidates *out,
		  struct err *err);

/* How many of the measured tracks nearest to a mood make its audio query:
 * the square root of all of them, within 5 and 50. */
size_t retrieval_mood_tracks(size_t measured);

#endif
