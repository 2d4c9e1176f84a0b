/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fitting of metamodel.h: genres are fitted twice, on nine tenths of the tracks
 * (metaheld.h), whose guesses at the rest say how sure each method may be, and
 * on all.
 */
#ifndef MOODPIPE_METAFIT_H
#define MOODPIPE_METAFIT_H

#include "corpus/stoplist.h"
#include "corpus/vocabulary.h"
#include "index/featset.h"
#include "io/record.h"

struct metafit_options { /* all must outlive the fit */
	const struct stoplist *stop;
	const struct vocabulary *words;
	struct featset *sound; /* features, or NULL */
	size_t memory;
};

struct metafit;
struct metafit *metafit_new(const struct metafit_options *o);
void metafit_free(struct metafit *f);
/* For stream_each; ctx is the fit. */
int metafit_each(void *ctx, struct record *r, struct err *err);
/* Writes the model to path; report (replaced): how the held-out tracks were
 * met, in lines, which the model holds as meta.report. */
int metafit_write(struct metafit *f, const char *path, struct str *report,
		  struct err *err);

#endif
