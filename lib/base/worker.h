/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sandboxed processes. What decodes hostile bytes (sound, tags, archives) runs
 * in a process of its own: the program `worker` beside ours, spawned with three
 * descriptors (0 in, 1 out, 2 /dev/null) and no environment but $MOODPIPE_DATA. It gives up
 * everything else before it reads a byte (worker_confine): no new privileges,
 * limits of memory, CPU time and file size, and a seccomp filter in which exec,
 * sockets and opening files kill and an unknown call gets ENOSYS. Its death is
 * a result, not a failure. man worker(1).
 */
#ifndef MOODPIPE_WORKER_H
#define MOODPIPE_WORKER_H

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

struct worker_limits {
	size_t memory;    /* bytes of address space; 0: none. Sanitizer builds
			   * go without */
	unsigned seconds; /* of CPU; 0: none */
};

/* Starts job ("hear", "unpack", ...) of the program PROGRAM, found beside our
 * own executable or, for tests, in the folder $MOODPIPE_WORKERS; in and out
 * (pipes or sockets: no file can be written) stay the caller's, to be closed
 * after, and must be close-on-exec like every other descriptor of a program
 * with threads. The worker dies with the thread that started it, and is out of
 * reach of the terminal's signals. -1, ERR_ENV: it cannot be started. */
int worker_spawn(const char *program, const char *job, int in, int out,
		 const struct worker_limits *limits, pid_t *pid,
		 struct err *err);

/* Allows a running worker that many more seconds of CPU from now (at least;
 * the system counts whole ones). */
void worker_allow(pid_t pid, unsigned seconds);

/* Waits for its end, killing it first if `kill`. True: it exited with 0. Else
 * *death (or NULL) is how: "killed by signal 11 (Segmentation fault)", "ran out
 * of CPU time", "ran out of memory", "made a forbidden system call", "ended
 * with status 3", "could not be confined". */
bool worker_wait(pid_t pid, bool kill, struct str *death);

#define WORKER_UNCONFINED 70 /* the exit status of a worker that cannot be */

/* In the worker (layers above do not include seccomp; a program that calls this
 * links it): the job's name and limits from the arguments worker_spawn gave.
 * False: they are something else. */
bool worker_arguments(int argc, char **argv, const char **job,
		      struct worker_limits *limits);

/* In the worker, before the first hostile byte: everything above. Afterwards
 * only descriptor 1 can be written to and none below 3 closed. -1: the system
 * cannot (too old a kernel, seccomp forbidden); the worker must end with
 * WORKER_UNCONFINED. It must end by _exit: what exit does may be forbidden. */
int worker_confine(const struct worker_limits *limits, struct err *err);

#endif
