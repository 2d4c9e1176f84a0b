/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/workermain.h"

#include "io/options.h"

int workermain(int argc, char **argv, const char *name, const char *usage,
	       int (*run)(const char *job, const struct worker_limits *limits))
{
	const struct option_spec specs[] = { { 0 } };
	struct worker_limits limits;
	struct options o;
	const char *job;
	struct err err;
	int status;

	if (worker_arguments(argc, argv, &job, &limits))
		return run(job, &limits);
	if (options_parse(&o, name, usage, specs, argc, argv, &status) < 0)
		return status;
	err_set(&err, ERR_USAGE, "usage", "this is started by other tools");
	return options_fail(&o, &err);
}
