/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of healing.h: one question to one catalogue, which may take
 * several requests (healingtask.c), and the run they are part of (healing.c).
 */
#ifndef MOODPIPE_HEALINGTASK_H
#define MOODPIPE_HEALINGTASK_H

#include "corpus/healing.h"
#include "io/slowest.h"
#include "net/recovery.h"
#include "text/lyrics.h"

struct healing_task {
	struct http_job job; /* first member */
	const struct catalogue *c;
	struct str key, question, body;
	struct str title, artist; /* as asked */
	int which;                /* reading, match_question */
	int step, parent;
	struct str parents[CATALOGUE_FOLLOWED];
	double rank[CATALOGUE_FOLLOWED];
	int nparents;
	double best; /* confidence of `found` */
	struct str found;
	bool failed;
	struct str reason;
};

struct healing_run {
	struct healing *h;
	struct http *engines[CATALOGUES];
	struct str agents[CATALOGUES];
	struct lyrics *lyrics;
	struct match_name *asked, *other;
	struct healed_facts facts;
	struct catalogue_candidate candidate;
	struct healing_task *task; /* whose answer is read */
	struct recovery row;
	struct progress progress;
	struct slowest *slowest; /* or NULL */
	struct slowest_tally tally;
	uint64_t added; /* jobs handed to the engines: at most the budget */
	double start;
	bool dry, stopped;
};

/* With a job that gathers the body. */
struct healing_task *healing_task_new(void);
void healing_task_free(struct healing_task *t);
/* Asks with the next reading that makes a question: 1; 0 there is none; -1
 * there is, and the budget is used up. */
int healing_ask(struct healing_run *r, struct healing_task *t);
/* Reads the answer to the job that has ended: 1 there is another request under
 * way, 0 done (t->failed, t->found), -1 left for another day. */
int healing_proceed(struct healing_run *r, struct healing_task *t);

#endif
