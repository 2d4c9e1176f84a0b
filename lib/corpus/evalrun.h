/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files in, report out: a run or answers, held against judgements, labels and
 * an index, beside another system's where there is one. */
#ifndef MOODPIPE_EVALRUN_H
#define MOODPIPE_EVALRUN_H

#include "corpus/evalreport.h"

struct evalrun { /* paths; NULL: none */
	const char *qrels, *run, *compare, *labels, *asked;
	const char *index;
	struct evalreport report; /* its tracks: 0, those of the index */
	int at[EVAL_MAP], list;
};

/* Reads what answers are held against; by is to be released, failed or not. */
int evalrun_open(const struct evalrun *e, struct evaluation_by *by,
		 struct generation **g, struct err *err);
/* Reads the run, else the answers. */
int evalrun_read(const struct evalrun *e, struct rankings *r, char **files,
		 int count, struct err *err);
/* Appends the report of the run, else of the answers in files (none: standard
 * input). */
int evalrun_report(struct evalrun *e, char **files, int count, struct str *out,
		   struct err *err);

#endif
