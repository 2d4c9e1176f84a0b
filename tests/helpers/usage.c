/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * usage FILE COMMAND [ARG...]: runs the command, then writes
 * "CPU-seconds WALL-seconds PEAK-KiB" to FILE. Ends with the command's status.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/progress.h"

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

int main(int argc, char **argv)
{
	double start = progress_clock();
	struct rusage u;
	int status;
	pid_t pid;
	FILE *out;

	if (argc < 3)
		return 2;
	pid = fork();
	if (!pid) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) < 0)
		return 3;
	out = fopen(argv[1], "w");
	if (!out)
		return 3;
	fprintf(out, "%.3f %.3f %ld\n",
		seconds(u.ru_utime) + seconds(u.ru_stime),
		progress_clock() - start, u.ru_maxrss);
	if (fclose(out))
		return 3;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
