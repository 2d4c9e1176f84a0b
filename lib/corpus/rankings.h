/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rankings and judgements read from files: TREC runs and qrels, and the
 * answers of rerank.
 *
 * A qrels line is "qid 0 track_id relevance", separated by blanks, or, where
 * it holds a tab, by tabs: the query itself may then stand for the qid.
 */
#ifndef MOODPIPE_RANKINGS_H
#define MOODPIPE_RANKINGS_H

#include "base/err.h"
#include "base/table.h"

struct qrels {
	struct table queries; /* qid -> number + 1 */
	struct table pairs;   /* number, track id -> pair + 1 */
	double *relevance;    /* [pairs.count] */
	uint32_t *query;      /* [pairs.count]: number of its query */
	size_t cap, query_cap;
};

int qrels_read(struct qrels *q, const char *path, struct err *err);
void qrels_release(struct qrels *q);
/* Number of a query, SIZE_MAX where it is not judged. */
size_t qrels_query(const struct qrels *q, struct span qid);
/* 0 where not relevant or not judged. */
double qrels_relevance(const struct qrels *q, size_t query, struct span id);
/* All relevances above 0 of a query, largest first; *out is malloc'ed. */
size_t qrels_relevant(const struct qrels *q, size_t query, double **out);

struct ranked {               /* one result */
	size_t id, id_length; /* in rankings.text */
	double score;
	uint64_t rank, order;
	uint32_t artist;        /* number, UINT32_MAX: none */
	float valence, arousal; /* NaN: not told */
	double match;           /* [0, 1]; likewise */
};
struct ranking {                                     /* one query's */
	size_t qid, qid_length, query, query_length; /* in text */
	struct ranked *items;
	size_t count, cap;
	bool has_mood;
	float valence, arousal;
	double time_ms; /* NaN: not told */
};
struct rankings {
	struct ranking *items;
	size_t count, cap;
	struct str text;
	struct table by_qid, artists;
	bool run; /* of a run, which tells no artists, moods or times */
};

/* A TREC run: ordered by score, largest first, then by rank. */
int rankings_read_run(struct rankings *r, const char *path, struct err *err);
/* Answers as rerank writes them (json, not ndjson). Refused requests are
 * rankings without results. */
int rankings_read_answers(struct rankings *r, const char *path,
			  struct err *err);
/* Whichever of the two it is: answers begin with a brace. */
int rankings_read(struct rankings *r, const char *path, struct err *err);
/* One answer more. -1, ERR_DATA: it is none. */
int rankings_add(struct rankings *r, struct span answer, struct err *err);
void rankings_release(struct rankings *r);
static inline struct span rankings_text(const struct rankings *r, size_t at,
					size_t n)
{
	return (struct span){ r->text.p + at, n };
}

#endif
