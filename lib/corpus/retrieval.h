/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The four retrievals of a request over one generation: text (cosine with the
 * request's vector), mood (nearest in the mood plane), audio (cosine with the
 * mean vector of the measured tracks nearest to the request's mood, as text
 * cannot be mapped to sound yet; where an index has vectors of both kinds, such
 * a mean and a cosine of each, and their mean where a row has both), and words
 * (what the request names, named.h, and then BM25F). Each gives its best rows
 * (search.h); they are merged by rank in turns, and every candidate then has
 * the signals of text, audio and mood, exactly, and its rank by words. A signal
 * that the request or the index lacks is missing.
 */
#ifndef MOODPIPE_RETRIEVAL_H
#define MOODPIPE_RETRIEVAL_H

#include "corpus/candidates.h"
#include "corpus/intent.h"
#include "corpus/request.h"
#include "index/search.h"
#include "learn/textmodel.h"

/* The best cosine of text below which the request's words are related to no
 * track: where a mood speaks the signal is then missing, for scaling such scores
 * to [0, 1] would make noise of them. Requests that mean something reach 0.4. */
#define RETRIEVAL_TEXT_LEAST 0.1F

struct retrieval_limits {
	int threads;
	size_t each;       /* per retrieval, 500 at most: see most */
	size_t per_artist; /* 10; 0: no limit */
	/* Candidates in all, 1000. A retrieval gives no more than half as many
	 * again as its share of them. */
	size_t most;
	bool keep_dead;
	struct search_dials dials;
};

struct retrieval; /* scratch for one thread of requests */
struct retrieval *retrieval_new(const struct generation *g,
				const struct textmodel *model,
				struct retrieval_limits limits);
void retrieval_free(struct retrieval *r);
/* Fills out->items, out->eligible and out->way. model NULL: no text signal. -1,
 * ERR_DATA: a damaged index. */
int retrieval_run(struct retrieval *r, const struct request *request,
		  const struct intent *intent, struct candidates *out,
		  struct err *err);

/* Is the request as a whole the name of an artist or a title, or more or less
 * of both? */
bool retrieval_is_name(struct retrieval *r, struct span query);

#endif
