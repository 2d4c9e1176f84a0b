/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * worker-encode: read texts with a transformer, for query and rerank, which are
 * to start fast without one.
 *
 * Not for people. Reads no records, adds no members.
 */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/worker.h"
#include "corpus/encodeserve.h"
#include "io/options.h"

static const char usage[] =
    "usage: worker-encode\n"
    "\n"
    "Reads texts with an encoder. Other tools start it, people do not: man\n"
    "worker-encode.\n"
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
		return strcmp(job, "encode")       ? ERR_USAGE
		       : encodeserve(STDIN_FILENO) ? ERR_DATA
						   : 0;
	}
	if (options_parse(&o, "worker-encode", usage, specs, argc, argv,
			  &status) < 0)
		return status;
	err_set(&err, ERR_USAGE, "usage", "this is started by other tools");
	return options_fail(&o, &err);
}
