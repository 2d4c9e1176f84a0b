/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sandbox, tried from inside by tests/helpers/unruly. */
#include "testing.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/worker.h"

static const char forbidden[] = "made a forbidden system call";

static void use_helpers(void)
{
	struct str dir = { 0 };

	assert_non_null(getenv("BUILD"));
	str_printf(&dir, "%s/tests/helpers", getenv("BUILD"));
	setenv("MOODPIPE_WORKERS", str_z(&dir), 1);
	str_release(&dir);
}

/* Runs a job to its end; NULL: it is to end well. */
static void ends(const char *job, const struct worker_limits *limits,
		 const char *how)
{
	struct str death = { 0 };
	struct err err = { 0 };
	int pair[2];
	pid_t pid;
	bool well;

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	if (worker_spawn("unruly", job, pair[1], pair[1], limits, &pid, &err))
		fail_msg("%s", err.message);
	close(pair[1]);
	well = worker_wait(pid, false, &death);
	close(pair[0]);
	if (well != !how || (how && !strstr(str_z(&death), how)))
		fail_msg("%s: \"%s\", wanted \"%s\"", job, str_z(&death),
			 how ? how : "a good end");
	str_release(&death);
}

static void test_forbidden(void **state)
{
	static const char *const jobs[] = { "socket", "connect", "exec",
					    "fork",   "open",    "old-open",
					    "create", "ptrace",  "kill" };
	const struct worker_limits none = { 0 };

	(void)state;
	use_helpers();
	for (size_t i = 0; i < sizeof(jobs) / sizeof(*jobs); i++)
		ends(jobs[i], &none, forbidden);
}

/* These fail and no more: a library may try them in good faith. */
static void test_denied(void **state)
{
	static const char *const jobs[] = { "unknown",     "code",   "write",
					    "replace",     "shared", "more",
					    "replace-wide" };
	const struct worker_limits none = { 0 };

	(void)state;
	use_helpers();
	for (size_t i = 0; i < sizeof(jobs) / sizeof(*jobs); i++)
		ends(jobs[i], &none, "ended with status 9");
}

static void test_deaths(void **state)
{
	const struct worker_limits none = { 0 };

	(void)state;
	use_helpers();
	ends("leave", &none, "ended with status 7");
	ends("abort", &none, "killed by signal 6 (Aborted)");
	ends("unconfined", &none, "could not be confined");
	if (!SANITIZED)
		ends("crash", &none,
		     "killed by signal 11 (Segmentation fault)");
}

static void test_limits(void **state)
{
	const struct worker_limits time = { .seconds = 1 };
	const struct worker_limits memory = { .memory = (size_t)256 << 20 };

	(void)state;
	use_helpers();
	ends("spin", &time, "ran out of CPU time");
	if (!SANITIZED)
		ends("grow", &memory, "ran out of memory");
}

static void test_allowance(void **state)
{
	const struct worker_limits none = { 0 };
	struct str death = { 0 };
	int pair[2];
	pid_t pid;

	(void)state;
	use_helpers();
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(
	    worker_spawn("unruly", "spin", pair[1], pair[1], &none, &pid, NULL),
	    0);
	worker_allow(pid, 0);
	assert_false(worker_wait(pid, false, &death));
	assert_string_equal(str_z(&death), "ran out of CPU time");
	str_release(&death);
	close(pair[0]);
	close(pair[1]);
}

/* More than it was started with. */
static void test_more_allowance(void **state)
{
	const struct worker_limits second = { .seconds = 1 };
	struct str death = { 0 };
	int pair[2];
	pid_t pid;

	(void)state;
	use_helpers();
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(worker_spawn("unruly", "spin", pair[1], pair[1],
				      &second, &pid, NULL),
			 0);
	usleep(500000); /* it has confined itself */
	worker_allow(pid, 2);
	assert_false(worker_wait(pid, false, &death));
	assert_string_equal(str_z(&death), "ran out of CPU time");
	str_release(&death);
	close(pair[0]);
	close(pair[1]);
}

/* Nothing that can be started: said with the path. */
static void test_no_program(void **state)
{
	const struct worker_limits none = { 0 };
	struct err err = { 0 };
	pid_t pid;

	(void)state;
	use_helpers();
	assert_int_equal(
	    worker_spawn("no-such-program", "x", 0, 1, &none, &pid, &err), -1);
	assert_status(&err, ERR_ENV);
	assert_non_null(strstr(err.message, "/tests/helpers/no-such-program"));
}

/* A worker whose parent is killed does not outlive it. */
static void test_orphan(void **state)
{
	const struct worker_limits none = { 0 };
	int in[2], out[2], status;
	struct pollfd f;
	pid_t parent;

	(void)state;
	use_helpers();
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	parent = fork();
	if (!parent) {
		pid_t pid;

		/* "wait" reads from in, whose end stays open here. */
		if (worker_spawn("unruly", "wait", in[0], out[1], &none, &pid,
				 NULL))
			_exit(1);
		close(out[1]);
		usleep(200000);
		raise(SIGKILL);
	}
	close(out[1]);
	assert_int_equal(waitpid(parent, &status, 0), parent);
	assert_true(WIFSIGNALED(status));
	f = (struct pollfd){ .fd = out[0], .events = POLLIN };
	assert_int_equal(poll(&f, 1, 10000), 1); /* its end is closed */
	assert_true(f.revents & POLLHUP);
	close(in[0]);
	close(in[1]);
	close(out[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_deaths),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_allowance),
		cmocka_unit_test(test_more_allowance),
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_orphan),
	};

	return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
