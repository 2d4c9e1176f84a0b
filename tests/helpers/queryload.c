/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queryload [-r RATE] [-o FILE] QUESTIONS INDEX COMMAND...
 * asks an index while a command runs: query | rerank on a line of QUESTIONS,
 * RATE times a second (20) whether or not those before have been answered, for
 * as long as the command lives, and at least once. A question is answered where
 * both programs end with 0 and there are results. How many were asked and how
 * many of them failed goes to standard output. -o: a line per question, as
 *
 *   due time own failed generation question
 *
 * Due: milliseconds from the start to the moment it was to be asked; time: from
 * then to the end of both programs; own: less what their first threads waited
 * for a processor; generation: of the index that answered.
 *
 * Exit status: the command's.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "processes.h"

enum { NAME_MAX_SHOWN = 64, UNDER_WAY = 400 };

struct asking {
	pid_t query, rerank; /* 0: ended */
	int out;
	double due, time, own;
	bool failed;
	char generation[NAME_MAX_SHOWN];
	const char *question;
};

struct load {
	double rate, start;
	const char *index;
	struct lines questions;
	struct asking *asked;
	size_t count, cap, under_way;
	pid_t command;
	int command_status;
};

static pid_t start(char *const *argv, int in, int out)
{
	sigset_t none;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if ((in >= 0 && dup2(in, STDIN_FILENO) < 0) ||
	    (out >= 0 && dup2(out, STDOUT_FILENO) < 0))
		_exit(126);
	execvp(argv[0], argv);
	_exit(127);
}

static void ask(struct load *l, double due)
{
	const char *question = l->questions.line[l->count % l->questions.count];
	char *query[] = { (char *)"query",  (char *)"-q",     (char *)"--index",
			  (char *)l->index, (char *)"-k",     (char *)"10",
			  (char *)"--",     (char *)question, NULL };
	char *rerank[] = { (char *)"rerank",
			   (char *)"-q",
			   (char *)"--index",
			   (char *)l->index,
			   (char *)"-k",
			   (char *)"10",
			   NULL };
	struct asking *a;
	int ends[2];

	MEM_ROOM(l->asked, l->count + 1, l->cap);
	a = &l->asked[l->count++];
	*a = (struct asking){ .due = due, .question = question, .out = -1 };
	if (l->under_way >= UNDER_WAY) { /* who asks would have gone by now */
		a->failed = true;
		a->time = a->own = 1e6;
		return;
	}
	a->out = memfd_create("out", MFD_CLOEXEC);
	if (a->out < 0 || pipe2(ends, O_CLOEXEC))
		die("pipe");
	a->query = start(query, -1, ends[1]);
	a->rerank = start(rerank, ends[0], a->out);
	close(ends[0]);
	close(ends[1]);
	l->under_way++;
}

/* Whether there are results, and of which generation. */
static bool answered(struct asking *a)
{
	static const char member[] = "\"generation\":\"";
	const char *at, *end, *text;
	struct stat st;
	size_t n;
	bool good;

	if (fstat(a->out, &st) || !st.st_size)
		return false;
	n = (size_t)st.st_size;
	text = mmap(NULL, n, PROT_READ, MAP_SHARED, a->out, 0);
	if (text == MAP_FAILED)
		die("mmap");
	good = text[n - 1] == '\n' &&
	       memmem(text, n, "\"results\":[{", 12) != NULL;
	at = memmem(text, n, member, sizeof(member) - 1);
	if (at) {
		at += sizeof(member) - 1;
		end = memchr(at, '"', (size_t)(text + n - at));
		if (end && end - at < NAME_MAX_SHOWN)
			memcpy(a->generation, at, (size_t)(end - at));
	}
	munmap((void *)(uintptr_t)text, n);
	return good && *a->generation;
}

static void ended(struct load *l, pid_t pid, int status, double delay)
{
	bool bad = !WIFEXITED(status) || WEXITSTATUS(status);

	if (pid == l->command) {
		l->command = 0;
		l->command_status = WIFEXITED(status) ? WEXITSTATUS(status)
						      : 128 + WTERMSIG(status);
		return;
	}
	for (size_t i = l->count; i-- > 0;) {
		struct asking *a = &l->asked[i];

		if (a->query == pid)
			a->query = 0;
		else if (a->rerank == pid)
			a->rerank = 0;
		else
			continue;
		a->failed |= bad;
		a->own -= delay;
		if (a->query || a->rerank)
			return;
		a->time = now() - a->due;
		a->own += a->time;
		a->failed |= !answered(a);
		close(a->out);
		l->under_way--;
		return;
	}
}

static void reap(struct load *l)
{
	for (;;) {
		siginfo_t who = { 0 };
		double delay;
		int status;

		if (waitid(P_ALL, 0, &who, WEXITED | WNOWAIT | WNOHANG) ||
		    !who.si_pid)
			return;
		delay = waited(who.si_pid);
		if (waitpid(who.si_pid, &status, 0) == who.si_pid)
			ended(l, who.si_pid, status, delay);
	}
}

static void run(struct load *l, char **command)
{
	sigset_t child;
	double due;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	l->command = start(command, -1, STDERR_FILENO);
	due = l->start = now();
	while (l->command || l->under_way) {
		double t = now(), rest = due - t;
		struct timespec wait = { .tv_sec = 1 };

		if (l->command && rest <= 0) {
			ask(l, due);
			due += 1e3 / l->rate;
			continue;
		}
		if (l->command && rest < 1e3) {
			wait.tv_sec = 0;
			wait.tv_nsec = (long)(1e6 * rest);
		}
		sigtimedwait(&child, NULL, &wait);
		reap(l);
	}
}

static void report(const struct load *l, const char *path)
{
	FILE *f = path ? fopen(path, "w") : NULL;
	size_t failed = 0;

	if (path && !f)
		die(path);
	for (size_t i = 0; i < l->count; i++) {
		const struct asking *a = &l->asked[i];

		failed += a->failed;
		if (f)
			fprintf(f, "%.1f\t%.3f\t%.3f\t%d\t%s\t%s\n",
				a->due - l->start, a->time, a->own, a->failed,
				a->generation, a->question);
	}
	if (f && fclose(f))
		die(path);
	printf("%zu %zu\n", l->count, failed);
}

int main(int argc, char **argv)
{
	struct load l = { .rate = 20 };
	const char *path = NULL;
	int opt;

	while ((opt = getopt(argc, argv, "+r:o:")) > 0)
		if (opt == 'r')
			l.rate = strtod(optarg, NULL);
		else if (opt == 'o')
			path = optarg;
		else
			return 2;
	if (argc - optind < 3 || l.rate <= 0)
		return 2;
	l.questions = read_lines(argv[optind]);
	l.index = argv[optind + 1];
	run(&l, argv + optind + 2);
	report(&l, path);
	free_lines(&l.questions);
	free(l.asked);
	return fflush(stdout) ? 3 : l.command_status;
}
