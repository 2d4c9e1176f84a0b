/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The measures (metrics.h) of one ranking, and of all of them by query. */
#ifndef MOODPIPE_EVAL_H
#define MOODPIPE_EVAL_H

#include "corpus/exposure.h"
#include "corpus/moodplaces.h"
#include "corpus/rankings.h"
#include "corpus/reliability.h"
#include "index/generation.h"

enum evaluation {
	EVAL_PRECISION,
	EVAL_RECALL,
	EVAL_NDCG,
	EVAL_MAP,
	EVAL_MRR,
	EVAL_ARTISTS,   /* different artists by results */
	EVAL_DIVERSITY, /* variety.h, of an index */
	EVAL_OWN_DIVERSITY,
	EVAL_ALIGNMENT,     /* 1 - mean distance to the mood, of labels */
	EVAL_OWN_ALIGNMENT, /* the same, of the moods that answers tell */
	EVAL_MEASURES
};

struct evaluation_by { /* what rankings are held against */
	struct qrels qrels;
	/* Where people put the tracks; where they put the requests, by qid or
	 * query: without, where the answer says that they are. */
	struct moodplaces tracks, asked;
	const struct generation *g; /* NULL: no index */
	int at[EVAL_MAP];           /* cuts of the first three */
	int list; /* results that the measures without judgements look at */
};

/* A row of measures for each query, NaN where it has none. */
struct evaluation_table {
	struct table names; /* of queries -> row */
	struct evaluation_row {
		struct span name; /* for people; of the rankings */
		double v[EVAL_MEASURES];
	} * rows;
	size_t count, cap;
	size_t answered;                /* rows of rankings */
	struct reliability reliability; /* of results of judged queries */
	struct exposure exposure;       /* of all results */
	double *times;                  /* ms, of the answers that tell them */
	size_t ntimes, times_cap;
};

void evaluation_release(struct evaluation_by *by);
/* Adds all rankings, and for each judged query without one a row of nothing
 * found; r and by must outlive t. A query that is judged and has no relevant tracks has no measures of
 * the judged kind. A track that is ranked twice counts where it first
 * stands. */
void evaluation_add(struct evaluation_table *t, const struct evaluation_by *by,
		    const struct rankings *r);
void evaluation_table_release(struct evaluation_table *t);

/* Measure m of all queries that have it, into out[t->count]; how many. */
size_t evaluation_column(const struct evaluation_table *t, int m, double *out);
/* The same of two tables, a less b, of the queries that have it in both. */
size_t evaluation_pairs(const struct evaluation_table *a,
			const struct evaluation_table *b, int m, double *out);

#endif
