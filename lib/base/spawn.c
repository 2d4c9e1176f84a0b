/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

/* The path of a program beside ours. */
static int find_program(const char *program, struct str *path, struct err *err)
{
	const char *dir = getenv("MOODPIPE_WORKERS");
	char self[4096];
	ssize_t n;

	if (dir && *dir) {
		str_puts(path, dir);
	} else {
		n = readlink("/proc/self/exe", self, sizeof(self));
		if (n <= 0 || (size_t)n == sizeof(self) || self[0] != '/')
			return err_errno(err, "/proc/self/exe");
		while (self[--n] != '/')
			;
		str_put(path, self, (size_t)n);
	}
	str_putc(path, '/');
	str_puts(path, program);
	return 0;
}

/* A copy of fd that the child's own 0, 1 and 2 do not run over. */
static int out_of_the_way(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static int spawn(const char *path, char *const argv[], char *const env[],
		 int in, int out, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&how);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK |
					   POSIX_SPAWN_SETSIGDEF |
					   POSIX_SPAWN_SETPGROUP);
	posix_spawn_file_actions_init(&files);
	rc = posix_spawn_file_actions_adddup2(&files, in, 0);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&files, out, 1);
	if (!rc)
		rc = posix_spawn_file_actions_addopen(&files, 2, "/dev/null",
						      O_WRONLY, 0);
	if (!rc)
		rc = posix_spawn_file_actions_addclosefrom_np(&files, 3);
	if (!rc)
		rc = posix_spawn(pid, path, &files, &how, argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	return rc;
}

int worker_spawn(const char *program, const char *job, int in, int out,
		 const struct worker_limits *limits, pid_t *pid,
		 struct err *err)
{
	struct str path = { 0 }, memory = { 0 }, seconds = { 0 }, data = { 0 };
	const char *tables = getenv("MOODPIPE_DATA");
	int low = out_of_the_way(in), high = out_of_the_way(out), rc;

	if (low < 0 || high < 0)
		rc = err_errno(err, "a worker's descriptors");
	else
		rc = find_program(program, &path, err);
	if (!rc) {
		str_u64(&memory, limits->memory);
		str_u64(&seconds, limits->seconds);
		char *const argv[] = { (char *)str_z(&path), (char *)job,
				       (char *)str_z(&memory),
				       (char *)str_z(&seconds), NULL };
		char *env[2] = { NULL, NULL };

		if (tables && *tables) {
			str_printf(&data, "MOODPIPE_DATA=%s", tables);
			env[0] = data.p;
		}
		errno = spawn(argv[0], argv, env, low, high, pid);
		if (errno)
			rc = err_errno(err,
				       "cannot start the worker %s, which "
				       "belongs beside this program",
				       argv[0]);
	}
	if (low >= 0)
		close(low);
	if (high >= 0)
		close(high);
	str_release(&path);
	str_release(&memory);
	str_release(&seconds);
	str_release(&data);
	return rc;
}

bool worker_arguments(int argc, char **argv, const char **job,
		      struct worker_limits *limits)
{
	uint64_t memory, seconds;

	if (argc != 4 || num_u64(span_of(argv[2]), &memory) != 0 ||
	    num_u64(span_of(argv[3]), &seconds) != 0 || memory > SIZE_MAX ||
	    seconds > 1000000)
		return false;
	*job = argv[1];
	limits->memory = (size_t)memory;
	limits->seconds = (unsigned)seconds;
	return true;
}

void worker_allow(pid_t pid, unsigned seconds)
{
	struct rlimit limit;
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 ||
	    clock_gettime(clock, &used) != 0 ||
	    prlimit(pid, RLIMIT_CPU, NULL, &limit) != 0)
		return;
	limit.rlim_cur = (rlim_t)used.tv_sec + 1 + seconds;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	prlimit(pid, RLIMIT_CPU, &limit, NULL);
}

static void describe(int status, struct str *death)
{
	int how = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	str_reset(death);
	if (how == SIGSYS)
		str_puts(death, "made a forbidden system call");
	else if (how == SIGXCPU)
		str_puts(death, "ran out of CPU time");
	else if (how)
		str_printf(death, "killed by signal %d (%s)", how,
			   sigdescr_np(how) ? sigdescr_np(how) : "unknown");
	else if (WEXITSTATUS(status) == WORKER_UNCONFINED)
		str_puts(death, "could not be confined");
	else if (WEXITSTATUS(status) == ERR_ENV)
		str_puts(death, "ran out of memory");
	else
		str_printf(death, "ended with status %d", WEXITSTATUS(status));
}

bool worker_wait(pid_t pid, bool kill_it, struct str *death)
{
	int status = 0;
	pid_t got;

	if (kill_it)
		kill(pid, SIGKILL);
	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	if (death) {
		str_reset(death);
		if (got < 0)
			str_puts(death, "vanished");
		else
			describe(status, death);
	}
	return got == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
