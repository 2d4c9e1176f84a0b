/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * worker-print: fingerprint hostile files in a sandbox, for the other tools.
 * Apart from worker because of the many libraries that Chromaprint brings.
 *
 * Not for people: man worker(1) has the protocol. Reads no records, adds no
 * members.
 */
#include <string.h>
#include <unistd.h>

#include "audio/decode.h"
#include "audio/hearing.h"
#include "audio/print.h"
#include "base/noopen.h"
#include "io/workermain.h"

static const char usage[] =
    "usage: worker-print\n"
    "\n"
    "Computes fingerprints of sound in a sandbox. Other tools start it, people "
    "do\n"
    "not: man worker.\n"
    "\n"
    "  -h, --help\n"
    "  -V, --version\n";

struct ctx {
	struct print *print;
	struct sound sound;
};

static int hear(void *ctx, int fd, unsigned wishes, double seconds,
		struct heard *h, struct err *err)
{
	struct ctx *c = ctx;

	(void)wishes;
	if (decode_fd(fd, seconds, &c->sound, err) != 0)
		return -1;
	h->seconds = c->sound.seconds;
	h->length = c->sound.length;
	return print_compute(c->print, &c->sound.mono, &h->print, err);
}

static int job_hear(const struct worker_limits *limits)
{
	struct ctx c = { .print = print_new() };
	struct err err;

	if (worker_confine(limits, &err) != 0)
		return WORKER_UNCONFINED;
	return hearing_serve(STDIN_FILENO, &c, hear) ? ERR_DATA : 0;
}

static int run(const char *job, const struct worker_limits *limits)
{
	_exit(strcmp(job, "hear") ? ERR_USAGE : job_hear(limits));
}

int main(int argc, char **argv)
{
	return workermain(argc, argv, "worker-print", usage, run);
}
