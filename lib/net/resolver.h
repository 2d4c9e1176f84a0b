/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A helper program that knows where a page's sound is (such as yt-dlp -g): run
 * without a shell, the URL its last argument behind "--", stdin and stderr
 * /dev/null, no other descriptors, a bare environment (PATH, HOME, TMPDIR,
 * LC_ALL), a process group of its own that is killed when it has ended, taken
 * too long or said too much. What it prints, an address a line, is as hostile
 * as any other.
 */
#ifndef MOODPIPE_RESOLVER_H
#define MOODPIPE_RESOLVER_H

#include "base/err.h"
#include "base/str.h"

#define RESOLVER_OUTPUT 65536 /* bytes that it may print */
#define RESOLVER_JOBS 4       /* helpers at a time */

struct resolver_ask {
	bool asked;           /* out, like the rest */
	struct str url;       /* not changed */
	struct str addresses; /* url_clean, in lines, `most` of them; empty: */
	const char *status;   /* "failed", "timeout", "too much output",
			       * "no address" */
};

/* Before anything is asked: is there such a program? 0, or -1 (ERR_USAGE: it is
 * empty, ERR_ENV: there is none). */
int resolver_check(const char *command, struct err *err);

/* command: words between blanks. Asks for n URLs, `seconds` for each; starts
 * none after `until` (progress_clock; 0: to the end). 0, or -1 (ERR_ENV): the
 * command cannot be started. */
int resolver_run(const char *command, double seconds, double until, int most,
		 struct resolver_ask *asks, size_t n, struct err *err);

#endif
