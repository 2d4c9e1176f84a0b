/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers as JSON, man answer(5): one object per request, or one per result. */
#ifndef MOODPIPE_ANSWER_H
#define MOODPIPE_ANSWER_H

#include "corpus/scoring.h"

struct why;

struct answer_stop {         /* a result of a journey */
	double at;           /* seconds from the start */
	struct span station; /* the name of the nearest named place, or none */
};

struct answer_journey {
	const struct answer_stop *stops; /* [results] */
	size_t tracks;    /* candidates of all legs, each counted once */
	double seconds;   /* of all results together, */
	size_t unknown;   /* of which so many have no duration of their own */
	float smoothness; /* journey.h; NaN: of one track */
	struct span warning; /* why it is not as long as asked, or nothing */
};

struct answer {
	const struct candidates *c; /* the request and what was found */
	const struct generation *g; /* NULL where the request was refused */
	const struct scored *scored;
	const uint32_t *order; /* [count] positions into scored */
	const struct answer_journey *journey; /* NULL: it is none */
	size_t count;                         /* results */
	size_t dead;                          /* candidates left out as dead, */
	/* seen, too popular, versions of others and beyond an artist's limit,
	 * of those that were looked at */
	size_t seen, popular, versions, capped;
	const char *cross; /* what read the best again; NULL: nothing did */
	bool cross_late;   /* there was no time for it */
	struct why *why;   /* NULL: results have no reasons */
	struct str *text;  /* for a result's, where these are not in place */
	double scoring_ms, reranking_ms;
	double ranked; /* progress_clock() behind them */
};

/* Each appends lines. -1, ERR_DATA: strings out of bounds in the index. */
int answer_json(const struct answer *a, struct str *out, struct err *err);
int answer_ndjson(const struct answer *a, struct str *out, struct err *err);

/* A line for people: the request's hint, else why there are no results and what
 * to try, else why a journey is short; n == 0: nothing to say. */
struct span answer_hint(const struct answer *a);
/* The candidates that a scored one is of: the request's, or those of a leg. */
const struct candidates *answer_candidates(const struct answer *a,
					   const struct scored *s);
/* A result's strings, until another's are asked for. */
struct answer_track {
	const struct scored *s;
	const struct candidates *c;     /* that it is of, */
	const struct candidate *found;  /* its item of these */
	const struct answer_stop *stop; /* NULL: no journey */
	struct span text[CATALOGUE_FIELDS];
};
int answer_track(const struct answer *a, size_t rank, struct answer_track *t,
		 struct err *err);

#endif
