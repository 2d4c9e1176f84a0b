/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The retrievals of a request over one generation, for what is sought (sought.h):
 * text, mood and sound; words (what the request names, named.h, and then BM25F),
 * timbre (nearest in the textures that are wished for) and, of a request that
 * says nothing to go by, the most played. Where an index has sound vectors of
 * both kinds, the cosine is the mean of those that a row has. Each retrieval
 * gives its best rows (search.h); they are merged by rank in turns, behind what
 * is kept and the songs that the request quotes (lyricfind.h), and every
 * candidate then has the signals of text, audio and mood, exactly, and its rank
 * by words. A signal that the request or the index lacks is missing.
 */
#ifndef MOODPIPE_RETRIEVAL_H
#define MOODPIPE_RETRIEVAL_H

#include "corpus/named.h"
#include "corpus/sought.h"

/* The best cosine of text below which the request's words are related to no
 * track, of vectors of words: where a mood speaks the signal is then missing, for
 * scaling such scores to [0, 1] would make noise of them. Requests that mean
 * something reach 0.4. */
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

struct retrieval_task {
	struct sought_from from;
	size_t most; /* candidates in all; 0: as the limits say */
};

struct retrieval; /* scratch for one thread of requests */
struct retrieval *retrieval_new(const struct generation *g,
				struct querytext *words,
				struct retrieval_limits limits);
void retrieval_free(struct retrieval *r);
struct named *retrieval_named(struct retrieval *r); /* its own */
/* Fills out->items, out->eligible, out->way and out->lyric, and where the tracks
 * to be like, or an aspect, tell a mood, out->mood_by, valence and arousal. words
 * NULL: no text signal. Words are searched as in intent->plain. -1, ERR_DATA: a
 * damaged index; also what querytext_vector says. */
int retrieval_run(struct retrieval *r, const struct retrieval_task *task,
		  struct candidates *out, struct err *err);

#endif
