/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The main of a program that other tools start (base/worker.h): a job where
 * worker_spawn's arguments name one; else it answers a person, who may ask for
 * its help and version, and is told that it is not for people.
 */
#ifndef MOODPIPE_WORKERMAIN_H
#define MOODPIPE_WORKERMAIN_H

#include "base/worker.h"

/* run: the exit status of a job, ERR_USAGE where there is none of that name; a
 * confined one ends by _exit itself. Returns the program's exit status. */
int workermain(int argc, char **argv, const char *name, const char *usage,
	       int (*run)(const char *job, const struct worker_limits *limits));

#endif
