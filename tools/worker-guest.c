/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * worker-guest: hear a sound file that is not in the corpus, for query, which
 * is to start fast without what that takes.
 *
 * Not for people. Reads no records, adds no members.
 */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "corpus/guestear.h"
#include "io/workermain.h"

static const char usage[] =
    "usage: worker-guest\n"
    "\n"
    "Hears files for requests. Other tools start it, people do not: man\n"
    "worker-guest.\n"
    "\n"
    "  -h, --help\n"
    "  -V, --version\n";

static int run(const char *job, const struct worker_limits *limits)
{
	(void)limits;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (strcmp(job, "hear") != 0)
		return ERR_USAGE;
	return guestear_serve(STDIN_FILENO) ? ERR_DATA : 0;
}

int main(int argc, char **argv)
{
	return workermain(argc, argv, "worker-guest", usage, run);
}
