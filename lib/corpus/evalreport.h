/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The means of measures (evaluation.h) over queries with 95 % intervals
 * (bootstrap.h), beside those of another system where there is one, as a table
 * or one JSON object, with a row for each query where asked for.
 */
#ifndef MOODPIPE_EVALREPORT_H
#define MOODPIPE_EVALREPORT_H

#include "base/str.h"
#include "corpus/evaluation.h"
#include "math/bootstrap.h"

struct evalreport {
	bool json, per_query;
	struct bootstrap bootstrap;
	size_t tracks; /* of the catalogue; 0: not known */
	char names[EVAL_MEASURES][32];
};

struct evalmean { /* NaN: no query has it */
	double mean, ends[2];
	double other, other_ends[2];  /* the other system's */
	double gain, gain_ends[2], p; /* of the queries that both have */
};

/* Names the measures after what they are cut at: "P@10". */
void evalreport_name(struct evalreport *e, const int at[EVAL_MAP]);
/* Of one measure; other may be NULL. */
struct evalmean evalreport_mean(const struct evalreport *e, int m,
				const struct evaluation_table *t,
				const struct evaluation_table *other);
/* Appends all of it; other may be NULL. */
void evalreport_write(const struct evalreport *e,
		      const struct evaluation_table *t,
		      const struct evaluation_table *other, struct str *out);

#endif
