/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each part of a score brings: the same candidates (of query) reranked in
 * this process with all parts, with each switched off in turn, without variety
 * (neither MMR, caps nor spacing), and with ranks fused in place of weighted
 * scores; all held against the same judgements and labels, query by query.
 */
#ifndef MOODPIPE_ABLATION_H
#define MOODPIPE_ABLATION_H

#include "corpus/evalrun.h"

/* Appends a table, or with e->report.json an object; of the candidates in files
 * (none: standard input). e->index names where their generation lies. */
int ablation_report(struct evalrun *e, char **files, int count, struct str *out,
		    struct err *err);

#endif
