/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a score is worth (matchcurve.h): of answers whose results are judged, a
 * rising curve from score to the share that is relevant (calibration.h), as
 * data/match.tsv holds it. A score of 1, of what a request pins, stays 100.
 */
#ifndef MOODPIPE_MATCHFIT_H
#define MOODPIPE_MATCHFIT_H

#include "corpus/evalrun.h"

#define MATCHFIT_KNOTS 12
#define MATCHFIT_LEAST 100 /* judged results */

/* Appends the table, of the answers in files (none: standard input) and
 * e->qrels. -1, ERR_DATA: too few results of judged queries tell a score. */
int matchfit_table(struct evalrun *e, char **files, int count, struct str *out,
		   struct err *err);

#endif
