/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The means of measures (evaluation.h) over queries, as a table or one JSON
 * object, with a row for each query where asked for.
 */
#ifndef MOODPIPE_EVALREPORT_H
#define MOODPIPE_EVALREPORT_H

#include "base/str.h"
#include "corpus/evaluation.h"

struct evalreport {
	bool json, per_query; /* set by the caller */
	char names[EVAL_MEASURES][32];
	double sum[EVAL_MEASURES];
	size_t counted[EVAL_MEASURES];
	struct str rows;
};

/* Names the measures after what they are cut at: "P@10". */
void evalreport_name(struct evalreport *e, const int at[EVAL_MAP]);
/* One query's; NaN: has none. */
void evalreport_add(struct evalreport *e, struct span name,
		    const double v[EVAL_MEASURES]);
/* Appends all of it; from r come the number of queries and their times. */
void evalreport_write(const struct evalreport *e, const struct rankings *r,
		      struct str *out);
void evalreport_release(struct evalreport *e);

#endif
