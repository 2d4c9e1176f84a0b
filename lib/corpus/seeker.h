/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a request to its candidates: what it wants (intent.h), the filters in its
 * words merged into its own, the retrievals. Where no track passes the filters
 * of the words, these are taken as words; where there is nothing to go by, or no
 * mood and no track that has a word of it, the most played tracks are
 * candidates, and a hint says so.
 */
#ifndef MOODPIPE_SEEKER_H
#define MOODPIPE_SEEKER_H

#include "corpus/retrieval.h"
#include "corpus/understood.h"

struct seeker {
	const struct generation *g;
	const struct weights *weights;
	const struct understood_models *models;
	struct retrieval_limits limits;
	struct retrieval *retrieval;
	struct whois *who;
	struct intent intent;
};
/* All must outlive *s; words may be NULL. For one thread. */
void seeker_init(struct seeker *s, const struct generation *g,
		 const struct weights *w, const struct understood_models *m,
		 struct querytext *words, struct retrieval_limits limits);
void seeker_release(struct seeker *s); /* a zeroed one is valid */

/* Fills *found, which is reset but for query and qid; *r gets the filters of its
 * words. -1: as retrieval_run. */
int seeker_run(struct seeker *s, struct request *r, struct candidates *found,
	       struct err *err);

#endif
