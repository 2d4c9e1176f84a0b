/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The retrievals of a request over one generation: text (cosine with the
 * request's vector), mood (nearest in the mood plane), audio (cosine with the
 * mean vector of the measured tracks nearest to the request's mood, and with
 * what the words tell of the sound, where the index has a map from one to the
 * other (learn/bridge.h); where an
 * index has vectors of both kinds, such a mean and a cosine of each, and their
 * mean where a row has both), words (what the request names, named.h, and then
 * BM25F), timbre (nearest in the textures that are wished for) and, of a request
 * that says nothing to go by, the most played. "Songs like" some rows (wish.h)
 * are searched by the mean sound, text and mood of these, which are no answers
 * themselves. Each gives its best rows (search.h); they are merged by rank in
 * turns, behind the songs that the request quotes (lyricfind.h), and every
 * candidate then has the signals of text, audio and mood, exactly, and its rank
 * by words. A signal that the request or the index lacks is missing.
 */
#ifndef MOODPIPE_RETRIEVAL_H
#define MOODPIPE_RETRIEVAL_H

#include "corpus/candidates.h"
#include "corpus/intent.h"
#include "corpus/named.h"
#include "corpus/querytext.h"
#include "corpus/request.h"
#include "index/search.h"

/* The best cosine of text below which the request's words are related to no
 * track, of vectors of words: where a mood speaks the signal is then missing, for scaling such scores
 * to [0, 1] would make noise of them. Requests that mean something reach 0.4. */
#define RETRIEVAL_TEXT_LEAST 0.1F

/* Where tracks of a mood in words are looked for: that share of the way from the
 * words' place towards the middle of its quadrant, at +-RETRIEVAL_MIDDLE. Tracks are placed
 * with errors, so near an axis half of them are of another quadrant. Chosen by
 * tests/answers.sh on its development half. */
#define RETRIEVAL_INWARDS 0.5F
#define RETRIEVAL_MIDDLE 0.6F

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
				struct querytext *words,
				struct retrieval_limits limits);
void retrieval_free(struct retrieval *r);
struct named *retrieval_named(struct retrieval *r); /* its own */
/* Fills out->items, out->eligible, out->way and out->lyric, and where the rows
 * to be like tell a mood, out->mood_by, valence and arousal. words NULL: no text
 * signal. Words are searched as in intent->plain. -1, ERR_DATA: a damaged
 * index; also what querytext_vector says. */
int retrieval_run(struct retrieval *r, const struct request *request,
		  const struct intent *intent, struct candidates *out,
		  struct err *err);

#endif
