/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An errand: asking the network for every wanted row of the history that is
 * due, within a budget. What linkcheck and fetch-audio share: their options,
 * the queue, the commit after every handful of answers (so that a kill repeats
 * only what was under way), the end of the budget.
 */
#ifndef MOODPIPE_ERRAND_H
#define MOODPIPE_ERRAND_H

#include <stdio.h>

#include "io/progress.h"
#include "io/record.h"
#include "net/history.h"
#include "net/http.h"

struct errand_options {
	const char *state, *max_age;
	const char *ca_file;
	bool offline, due, plan, allow_private, allow_file;
	double budget_seconds, rate, timeout, patience;
	int budget_requests, connections, per_host;
	size_t budget_bytes; /* received; the tool's option, if it has one */
	struct option_list connect_to;
	int64_t max_age_seconds; /* by errand_check */
};

/* Initialiser of the defaults, and the option_spec entries. */
#define ERRAND_DEFAULTS                                                        \
	{                                                                      \
		.max_age = "7d", .rate = -1, .timeout = 30, .connections = 64, \
		.per_host = 4, .patience = 20                                  \
	}
#define ERRAND_SPECS(o)                                                             \
	{ "state", 's', OPTION_TEXT, &(o).state, 0, 0 },                            \
	    { "max-age", 0, OPTION_TEXT, &(o).max_age, 0, 0 },                      \
	    { "offline", 0, OPTION_FLAG, &(o).offline, 0, 0 },                      \
	    { "due", 0, OPTION_FLAG, &(o).due, 0, 0 },                              \
	    { "plan", 0, OPTION_FLAG, &(o).plan, 0, 0 },                            \
	    { "allow-private", 0, OPTION_FLAG, &(o).allow_private, 0, 0 },          \
	    { "budget-seconds", 0, OPTION_REAL, &(o).budget_seconds, 0, 0 },        \
	    { "budget-requests", 0, OPTION_INT, &(o).budget_requests, 1, 1 << 30 }, \
	    { "rate", 0, OPTION_REAL, &(o).rate, 0, 0 },                            \
	    { "timeout", 0, OPTION_REAL, &(o).timeout, 0, 0 },                      \
	    { "connections", 0, OPTION_INT, &(o).connections, 1, 512 },             \
	    { "per-host", 0, OPTION_INT, &(o).per_host, 1, 512 },                   \
	    { "patience", 0, OPTION_REAL, &(o).patience, 0, 0 },                    \
	    { "ca-file", 0, OPTION_TEXT, &(o).ca_file, 0, 0 },                      \
	    { "allow-file", 0, OPTION_FLAG, &(o).allow_file, 0, 0 },                \
	{                                                                           \
		"connect-to", 0, OPTION_LIST, &(o).connect_to, 0, 0                 \
	}

/* 90s, 30m, 12h, 7d, 2w or seconds: 0 or -1. */
int errand_duration(struct span text, int64_t *seconds);

/* Checks what options_parse cannot; fills in max_age_seconds and the rate. */
int errand_check(struct errand_options *o, struct err *err);

void errand_options_release(struct errand_options *o);

/* The operands are read twice: where there are none, or a "-", an unlinked copy
 * of stdin takes their place. Release it in any case. */
struct errand_input {
	char **files;
	int nfiles;
	FILE *copy;
	struct str name;
};
int errand_input(struct errand_input *in, char **files, int nfiles,
		 struct err *err);
void errand_input_release(struct errand_input *in);

struct errand_task {
	struct http_job job; /* first member */
	struct str key;      /* canonical URL */
	void *extra;         /* the tool's */
};

struct errand {
	const struct errand_options *o;
	const struct options *options; /* for progress */
	struct history *history;
	const struct history_table *table;
	int64_t now; /* seconds since 1970 */
	void *ctx;
	/* Fills in the job but for its url. */
	void (*begin)(void *ctx, struct errand_task *t);
	/* The job has ended: 1 ask again (job changed), 0 done, 2 wait: end is
	 * called for it anew once `recheck` is set, which another task's end
	 * does; -1. Outside any transaction. Not called for what the budget
	 * left unasked. */
	int (*end)(void *ctx, struct errand_task *t, struct err *err);
	/* Writes the row. Within a transaction. */
	int (*save)(void *ctx, struct errand_task *t, struct err *err);
	void (*drop)(void *ctx, struct errand_task *t); /* or NULL */
	/* True where the tool's own budget is used up; or NULL. */
	bool (*enough)(void *ctx);

	bool recheck;

	uint64_t asked, left, requests, bytes; /* after errand_run */
};

/* Gives each record to want (ctx as for stream_each), which notes what this
 * run is about with history_want; then, unless o->due, asks. 0, or -1: the
 * network engine or the history failed, or nobody reads stdout any more. */
int errand_run(struct errand *e, char **files, int nfiles, void *want_ctx,
	       int (*want)(void *ctx, struct record *r, struct err *err),
	       struct err *err);

#endif
