/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts and their display: rate, done/total and ETA on a terminal, a few
 * times a second; the last line of every tool.
 */
#ifndef MOODPIPE_PROGRESS_H
#define MOODPIPE_PROGRESS_H

#include "base/str.h"
#include "io/options.h"

struct progress {
	const struct options *options;
	double start, shown; /* seconds, monotonic */
	uint64_t total;      /* 0: unknown */
	uint64_t in, ok, errors, dropped, reused, partly;
};

void progress_start(struct progress *p, const struct options *o);
void progress_show(struct progress *p); /* if it is time and a tty */
/* "tool: in=1000 ok=981 err=19 12.1s" on stderr; with " reused=N" before the
 * seconds where reuse was asked for, " drop=N" and " partly=N" (of feature rows
 * some columns were reused) where there were any. */
void progress_end(struct progress *p, bool reuse);
double progress_clock(void); /* monotonic seconds */
/* The exit status that --max-errors asks for: 0 or 1. */
int progress_status(const struct progress *p);

#endif
