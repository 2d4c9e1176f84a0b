/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/resolver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/progress.h"
#include "text/url.h"

#define GLANCE 20 /* ms between looks at a helper that closed its output */

struct helper {
	pid_t pid; /* 0: none */
	int fd;    /* its output, -1: closed */
	double deadline;
	struct str out;
	struct resolver_ask *ask;
};

struct words {
	char *text, **argv; /* [n + 3]: "--", the URL, NULL */
	size_t n, cap;
};

static int split(struct words *w, const char *command, struct err *err)
{
	char *save = NULL, *p;

	w->text = mem_strdup(command);
	for (p = strtok_r(w->text, " \t", &save); p;
	     p = strtok_r(NULL, " \t", &save)) {
		MEM_ROOM(w->argv, w->n + 4, w->cap);
		w->argv[w->n++] = p;
	}
	if (!w->n)
		return err_set(err, ERR_USAGE, "usage",
			       "--resolver is empty: expected a program");
	return 0;
}

/* Is it to be found where posix_spawnp looks? */
static bool is_program(const char *name)
{
	const char *path = getenv("PATH");
	struct str at = { 0 };
	bool found = false;

	if (strchr(name, '/'))
		return !access(name, X_OK);
	while (path && !found) {
		const char *end = strchrnul(path, ':');

		str_reset(&at);
		str_put(&at, path, (size_t)(end - path));
		str_puts(&at, at.n ? "/" : "./");
		str_puts(&at, name);
		found = !access(str_z(&at), X_OK);
		path = *end ? end + 1 : NULL;
	}
	str_release(&at);
	return found;
}

int resolver_check(const char *command, struct err *err)
{
	struct words w = { 0 };
	int rc = split(&w, command, err);

	if (!rc && !is_program(w.argv[0]))
		rc = err_set(err, ERR_ENV, "resolver",
			     "--resolver: cannot start %s: no such program",
			     w.argv[0]);
	free(w.argv);
	free(w.text);
	return rc;
}

static void keep_variable(char **envp, size_t *n, const char *name)
{
	const char *value = getenv(name);
	struct str s = { 0 };

	if (!value)
		return;
	str_printf(&s, "%s=%s", name, value);
	envp[(*n)++] = s.p;
}

static int spawn(char **argv, int out, pid_t *pid)
{
	static char locale[] = "LC_ALL=C.UTF-8";
	char *envp[5] = { locale };
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	sigset_t set;
	size_t n = 1;
	int rc;

	keep_variable(envp, &n, "PATH");
	keep_variable(envp, &n, "HOME");
	keep_variable(envp, &n, "TMPDIR");
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, out, 1);
	posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&fa, 3);
	posix_spawnattr_init(&attr);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attr, &set);
	sigaddset(&set, SIGPIPE);
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
					    POSIX_SPAWN_SETSIGDEF |
					    POSIX_SPAWN_SETSIGMASK);
	rc = posix_spawnp(pid, argv[0], &fa, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&fa);
	while (n > 1)
		free(envp[--n]);
	return rc;
}

static int start(struct helper *h, struct words *w, struct resolver_ask *ask,
		 double seconds, struct err *err)
{
	char dashes[] = "--";
	int pipe[2], rc;

	if (pipe2(pipe, O_CLOEXEC))
		return err_errno(err, "cannot make a pipe");
	w->argv[w->n] = dashes;
	str_z(&ask->url);
	w->argv[w->n + 1] = ask->url.p;
	w->argv[w->n + 2] = NULL;
	rc = spawn(w->argv, pipe[1], &h->pid);
	close(pipe[1]);
	if (rc) {
		h->pid = 0;
		close(pipe[0]);
		errno = rc;
		return err_errno(err, "--resolver: cannot start %s",
				 w->argv[0]);
	}
	fcntl(pipe[0], F_SETFL, O_NONBLOCK);
	h->fd = pipe[0];
	h->ask = ask;
	ask->asked = true;
	h->deadline = progress_clock() + seconds;
	str_reset(&h->out);
	return 0;
}

/* Lines that are addresses, others are passed over. */
static void take_addresses(struct helper *h, int most)
{
	struct span rest = span_str(&h->out);
	struct str url = { 0 };

	while (rest.n && most > 0) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;

		if (!url_clean((struct span){ rest.p, n }, &url)) {
			str_span(&h->ask->addresses, span_str(&url));
			str_putc(&h->ask->addresses, '\n');
			most--;
		}
		n += end != NULL;
		rest = (struct span){ rest.p + n, rest.n - n };
	}
	str_release(&url);
}

/* Ends it, whatever it is doing; why NULL: it has ended. */
static void finish(struct helper *h, const char *why, int most)
{
	int status = 0;

	/* Not reaped yet, so the group is still its own. */
	kill(-h->pid, SIGKILL);
	while (waitpid(h->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (h->fd >= 0)
		close(h->fd);
	h->pid = 0;
	h->ask->status = why;
	if (!why && (!WIFEXITED(status) || WEXITSTATUS(status)))
		h->ask->status = "failed";
	if (!h->ask->status)
		take_addresses(h, most);
	if (!h->ask->status && !h->ask->addresses.n)
		h->ask->status = "no address";
}

static void listen_to(struct helper *h, int most)
{
	siginfo_t info = { 0 };
	char buf[4096];
	ssize_t n = 0;

	while (h->fd >= 0 && h->out.n <= RESOLVER_OUTPUT &&
	       (n = read(h->fd, buf, sizeof(buf))) > 0)
		str_put(&h->out, buf, (size_t)n);
	if (h->fd >= 0 &&
	    (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))) {
		close(h->fd);
		h->fd = -1;
	}
	if (h->out.n > RESOLVER_OUTPUT)
		finish(h, "too much output", most);
	else if (!waitid(P_PID, (id_t)h->pid, &info,
			 WEXITED | WNOHANG | WNOWAIT) &&
		 info.si_pid && h->fd < 0)
		finish(h, NULL, most);
	else if (progress_clock() >= h->deadline)
		finish(h, "timeout", most);
}

/* Until one of them may have something to say. */
static void wait_for(const struct helper *helpers)
{
	struct pollfd p[RESOLVER_JOBS];
	double left = 3600;
	nfds_t n = 0;
	bool glance = false;

	for (int i = 0; i < RESOLVER_JOBS; i++) {
		const struct helper *h = &helpers[i];

		if (!h->pid)
			continue;
		if (h->deadline - progress_clock() < left)
			left = h->deadline - progress_clock();
		if (h->fd >= 0)
			p[n++] = (struct pollfd){ h->fd, POLLIN, 0 };
		else
			glance = true;
	}
	left = left < 0 ? 0 : left * 1e3 + 1;
	poll(p, n, glance && left > GLANCE ? GLANCE : (int)left);
}

int resolver_run(const char *command, double seconds, double until, int most,
		 struct resolver_ask *asks, size_t n, struct err *err)
{
	struct helper helpers[RESOLVER_JOBS] = { 0 };
	struct words w = { 0 };
	size_t next = 0, running = 0;
	int rc = split(&w, command, err);

	while (!rc && (next < n || running)) {
		if (until && progress_clock() >= until)
			n = next;
		running = 0;
		for (int i = 0; i < RESOLVER_JOBS && !rc; i++) {
			struct helper *h = &helpers[i];

			if (!h->pid && next < n)
				rc = start(h, &w, &asks[next++], seconds, err);
			else if (h->pid)
				listen_to(h, most);
			running += h->pid > 0;
		}
		if (running && !rc)
			wait_for(helpers);
	}
	for (int i = 0; i < RESOLVER_JOBS; i++) {
		if (helpers[i].pid)
			finish(&helpers[i], "failed", most);
		str_release(&helpers[i].out);
	}
	free(w.argv);
	free(w.text);
	return rc;
}
