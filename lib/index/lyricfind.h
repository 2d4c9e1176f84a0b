/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a request's words are from: the lyrics, else the titles, that have them
 * in that order, or most of them. The quote is what stands between quotation
 * marks in the request, where that is three words or more, else all of it.
 *
 * Less than 0.6 of it, between quotation marks less than half, is no hit.
 * What hundreds of songs have ("i love you so much") is no quote: it is not
 * found, or counts for less the more of them have it. Costs a few microseconds
 * where nothing matches.
 */
#ifndef MOODPIPE_LYRICFIND_H
#define MOODPIPE_LYRICFIND_H

#include "index/generation.h"

#define LYRICFIND_WORDS 64 /* of a quote; what is behind is not read */
#define LYRICFIND_HITS 20  /* as many as are of use */

struct lyricfind_hit {
	uint32_t row;
	bool title;     /* the words are the title's, not the lyrics' */
	bool marked;    /* the quote stands between quotation marks */
	unsigned words; /* of the quote; at least 3 */
	unsigned met;   /* of them, in order: at least 3 */
	unsigned songs; /* texts that have as much of it, this one included */
	/* (0, 1]: met / words, where words that the text has more of between
	 * those count as well, of a title all of its words; less where many
	 * songs have as much. */
	float share;
	/* (0, 1]: of the words from the first to the last that matched. */
	float within;
	/* Those in the request, as bytes: from the first word that matched to
	 * the last. Empty where the place cannot be told. */
	struct span span;
};

/* Up to most hits (LYRICFIND_HITS at most), the best first: those of lyrics,
 * then of titles; of each by share, met, songs, row. */
size_t lyricfind(const struct generation *g, struct span request,
		 struct lyricfind_hit *hits, size_t most);

/*
 * Is it surely a quote, to be put above all else? Between quotation marks where
 * most words match; else where all of four words or most of five and more do,
 * the words of a title only if the title has no others.
 */
bool lyricfind_sure(const struct lyricfind_hit *h);

#endif
