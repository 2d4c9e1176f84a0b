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

#include "base/worker.h"
#include "corpus/guestear.h"
#include "io/options.h"

static const char usage[] =
    "usage: worker-guest\n"
    "\n"
    "Hears files for requests. Other tools start it, people do not: man\n"
    "worker-guest.\n"
    "\n"
    "  -h, --help\n"
    "  -V, --version\n";

int main(int argc, char **argv)
{
	const struct option_spec specs[] = { { 0 } };
	struct worker_limits limits;
	struct options o;
	const char *job;
	struct err err;
	int status;

	if (worker_arguments(argc, argv, &job, &limits)) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return strcmp(job, "hear")            ? ERR_USAGE
		       : guestear_serve(STDIN_FILENO) ? ERR_DATA
						      : 0;
	}
	if (options_parse(&o, "worker-guest", usage, specs, argc, argv,
			  &status) < 0)
		return status;
	err_set(&err, ERR_USAGE, "usage", "this is started by other tools");
	return options_fail(&o, &err);
}
