/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What query hands to rerank, man answer(5): a request as understood, and the
 * rows worth scoring with their exact signals. One JSON object a line.
 *
 * A journey is an object with legs, which are candidates of their own at places
 * along it; it has no items then, and a leg has no legs.
 */
#ifndef MOODPIPE_CANDIDATES_H
#define MOODPIPE_CANDIDATES_H

#include "corpus/moodby.h"
#include "corpus/weights.h"
#include "corpus/wish.h"
#include "index/searchway.h"

enum {
	CANDIDATES_MAX = 100000, /* of one object, when reading, */
	CANDIDATES_ALL = 400000, /* and of a journey */
	CANDIDATES_LEGS = 64,
	CANDIDATES_MINUTES = 7 * 24 * 60 /* the longest journey */
};

enum source {
	SOURCE_TEXT,
	SOURCE_AUDIO,
	SOURCE_MOOD,
	SOURCE_WORDS,
	SOURCE_TIMBRE,
	SOURCE_POPULAR,
	SOURCES
};
const char *source_name(enum source s); /* "text" ... "popular" */

struct candidate {
	uint32_t row;
	unsigned from;     /* bits 1 << source that found it */
	float words_score; /* BM25F; 0: the words did not find it */
	float named;       /* (0, 1]: the request names it; 0: it does not */
	float lyric; /* (0, 1]: the share of a quote that it sings; else 0 */
	float text_distance; /* Euclidean, unit vectors; NaN */
	float audio_cosine;  /* of both kinds, their mean; NaN: no signal */
	float mood_distance; /* Euclidean; NaN */
};

struct candidates {
	struct str query, qid;
	char generation[GENERATION_NAME];
	int top_k;                /* 0: not asked for */
	enum query_type type;     /* the one of the greatest share */
	float share[QUERY_TYPES]; /* sum 1 */
	float weight[SIGNAL_COUNT];
	enum moodby mood_by; /* NONE: no mood, whatever stands here */
	int mood_matches;    /* phrases of the lexicon */
	float valence, arousal;
	struct str understood; /* raw JSON object, empty: none */
	struct str asked;      /* likewise: the request, to ask again with */
	struct wish wish;
	struct str lyric; /* the words of the request that are a lyric */
	struct str hint;  /* one line for people, empty: none */
	struct str context, warnings; /* one per line */
	float words_met; /* share of the words that the best row has, [0, 1] */
	size_t eligible; /* rows that passed the filters */
	enum search_way way[SOURCES]; /* how each was searched */
	double understanding_ms, retrieval_ms;
	struct str error; /* raw JSON of a refused request */
	int threads;      /* to write with; the bytes are the same */
	bool ids;         /* to be written, too */
	struct candidate *items;
	size_t count, cap;

	/* A journey: its legs by ascending place, candidates_add_leg. */
	struct candidates *legs;
	size_t leg_count;   /* 0: no journey */
	double minutes;     /* that it is to last; 0: top_k tracks */
	float place;        /* of a leg: [0, 1] of the way; */
	struct str station; /* its name, where somebody gave one */
};

void candidates_reset(struct candidates *c); /* zeroed is valid */
void candidates_release(struct candidates *c);
/* Another leg, empty, which stays where it is until the release; its generation
 * is that of *c. NULL: there are CANDIDATES_LEGS. */
struct candidates *candidates_add_leg(struct candidates *c);

/* Appends one line with newline. g gives the ids, if these are wanted; NULL
 * with an error. -1, ERR_DATA: a damaged index. */
int candidates_write(const struct candidates *c, const struct generation *g,
		     struct str *out, struct err *err);
/* Replaces *c. -1, ERR_DATA: not a candidates object. */
int candidates_read(struct candidates *c, struct span line, struct err *err);

/* Appends the members mood_detected and understood, each with the comma
 * before. */
void candidates_put_mood(const struct candidates *c, struct str *out);
/* Appends the member "types", of those with a share, with the comma before;
 * nothing where there is one alone. */
void candidates_put_types(const struct candidates *c, struct str *out);
/* Appends the member searched, with the comma before. */
void candidates_put_searched(const struct candidates *c, struct str *out);
/* Appends ["line",...] of lines, [] of none. */
void candidates_put_array(struct str *out, const struct str *lines);
/* Appends "name":["line",...] of lines, with the comma before; nothing where
 * there are none. */
void candidates_put_lines(struct str *out, const char *name,
			  const struct str *lines);

#endif
