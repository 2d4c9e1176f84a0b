/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Command lines: getopt_long behind a table, and the options every tool has:
 * -h/--help, -V/--version, -j/--jobs N, -q/--quiet, -v/--verbose,
 * --progress=auto|always|never, --memory SIZE, -o/--output FILE (written
 * atomically), --max-errors N|P%.
 */
#ifndef MOODPIPE_OPTIONS_H
#define MOODPIPE_OPTIONS_H

#include "base/err.h"
#include "base/str.h"

enum option_kind {
	OPTION_FLAG, /* bool * */
	OPTION_TEXT, /* const char ** */
	OPTION_INT,  /* int *, checked against lo and hi */
	OPTION_REAL, /* double *, finite */
	OPTION_SIZE, /* size_t * */
	OPTION_LIST, /* struct option_list *, repeatable */
};

struct option_list {
	const char **items; /* the caller frees it */
	size_t count, cap;
};

struct option_spec {      /* an array ends with {0} */
	const char *name; /* long name */
	char letter;      /* or 0 */
	enum option_kind kind;
	void *value; /* holds the default beforehand */
	int lo, hi;  /* OPTION_INT; both 0: any */
};

struct options { /* the common ones, after parsing */
	const char *tool, *usage;
	int jobs; /* default: the processors */
	bool quiet;
	int verbose;
	int progress;       /* 0 never, 1 auto, 2 always */
	size_t memory;      /* default 1G */
	const char *output; /* NULL: stdout */
	uint64_t max_errors;
	double max_errors_share; /* 0..1, or -1: use max_errors */
};

/* Parses argv. Returns the index of the first operand; or, when the process
 * should end (help, version, an error), -1 with *status set, having printed
 * what there is to say and emptied the lists. Also makes a closed pipe a write
 * error (EPIPE) instead of a silent death. */
int options_parse(struct options *o, const char *tool, const char *usage,
		  const struct option_spec *specs, int argc, char **argv,
		  int *status);

/* "tool: message" on stderr, without what would steer a terminal. */
void options_say(const struct options *o, const char *message);
/* The same of an error; returns err->status, for main. */
int options_fail(const struct options *o, const struct err *err);

#endif
