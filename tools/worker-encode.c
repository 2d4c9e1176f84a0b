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

#include "corpus/encodeserve.h"
#include "io/workermain.h"

static const char usage[] =
    "usage: worker-encode\n"
    "\n"
    "Reads texts with an encoder. Other tools start it, people do not: man\n"
    "worker-encode.\n"
    "\n"
    "  -h, --help\n"
    "  -V, --version\n";

static int run(const char *job, const struct worker_limits *limits)
{
	(void)limits;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (strcmp(job, "encode") != 0)
		return ERR_USAGE;
	return encodeserve(STDIN_FILENO) ? ERR_DATA : 0;
}

int main(int argc, char **argv)
{
	return workermain(argc, argv, "worker-encode", usage, run);
}
