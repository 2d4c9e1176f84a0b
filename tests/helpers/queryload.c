/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queryload [-r RATE] [-k N] [-o FILE] QUESTIONS INDEX COMMAND...
 * asks an index while a command runs: query | rerank on a line of QUESTIONS,
 * RATE times a second (20) whether or not those before have been answered, for
 * as long as the command lives, and at least once. A question is answered where
 * both programs end with 0 and there are results. One line of blank-separated
 * numbers goes to standard output:
 *
 *   asked failed p50 p90 p99 max own_p50 own_p99 late_max generations
 *
 * Times are milliseconds from the moment the question was to be asked to the
 * end of both programs; own: less what their first threads waited for a
 * processor; late: by how much the asking itself was late; generations: how
 * many different ones answered. -o: a line per question, as
 *
 *   due time own failed generation question
 *
 * Exit status: the command's; 5 where it ended well and questions failed.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
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

enum { NAME_MAX_SHOWN = 64, UNDER_WAY = 400 };

struct asking {
	pid_t query, rerank; /* 0: ended */
	int out;
	double due, late, time, own;
	bool failed;
	char generation[NAME_MAX_SHOWN];
	const char *question;
};

struct load {
	double rate, start;
	const char *index, *top;
	char **questions;
	struct asking *asked;
	size_t count, cap, question_count, question_cap, under_way;
	pid_t command;
	int command_status;
};

static void die(const char *what)
{
	perror(what);
	exit(3);
}

static double now(void) /* milliseconds */
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static void read_questions(struct load *l, const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;
	ssize_t n;

	if (!f)
		die(path);
	while ((n = getline(&text, &room, f)) > 0) {
		if (text[n - 1] == '\n')
			text[n - 1] = '\0';
		MEM_ROOM(l->questions, l->question_count + 1, l->question_cap);
		l->questions[l->question_count++] = mem_strdup(text);
	}
	free(text);
	fclose(f);
	if (!l->question_count)
		exit(2);
}

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
	const char *question = l->questions[l->count % l->question_count];
	char *query[] = { (char *)"query",  (char *)"-q",     (char *)"--index",
			  (char *)l->index, (char *)"-k",     (char *)l->top,
			  (char *)"--",     (char *)question, NULL };
	char *rerank[] = { (char *)"rerank",
			   (char *)"-q",
			   (char *)"--index",
			   (char *)l->index,
			   (char *)"-k",
			   (char *)l->top,
			   NULL };
	struct asking *a;
	int ends[2];

	MEM_ROOM(l->asked, l->count + 1, l->cap);
	a = &l->asked[l->count++];
	*a = (struct asking){ .due = due, .question = question, .out = -1 };
	a->late = now() - due;
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

/* Milliseconds for which a thread was ready and did not run: of a process that
 * has ended and is not yet waited for. */
static double waited(pid_t pid)
{
	unsigned long long ran, delay = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/schedstat", (long)pid);
	f = fopen(path, "r");
	if (f && fscanf(f, "%llu %llu", &ran, &delay) != 2)
		delay = 0;
	if (f)
		fclose(f);
	return 1e-6 * (double)delay;
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

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The numbers at `offset` of each question, in order. */
static const double *sorted(const struct load *l, size_t offset, double *x)
{
	for (size_t i = 0; i < l->count; i++)
		memcpy(&x[i], (const char *)&l->asked[i] + offset, sizeof(*x));
	qsort(x, l->count, sizeof(*x), by_value);
	return x;
}

static size_t generations(const struct load *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->count; i++) {
		size_t j = 0;

		while (j < i &&
		       strcmp(l->asked[i].generation, l->asked[j].generation))
			j++;
		n += j == i && *l->asked[i].generation;
	}
	return n;
}

static void report(const struct load *l, const char *path)
{
	double *x = mem_zalloc(l->count, sizeof(*x));
	FILE *f = path ? fopen(path, "w") : NULL;
	size_t n = l->count, failed = 0;
	const double *t;

	if (path && !f)
		die(path);
	for (size_t i = 0; i < n; i++) {
		const struct asking *a = &l->asked[i];

		failed += a->failed;
		if (f)
			fprintf(f, "%.1f\t%.3f\t%.3f\t%d\t%s\t%s\n",
				a->due - l->start, a->time, a->own, a->failed,
				a->generation, a->question);
	}
	if (f && fclose(f))
		die(path);
	t = sorted(l, offsetof(struct asking, time), x);
	printf("%zu %zu %.3f %.3f %.3f %.3f", n, failed, t[n / 2],
	       t[n * 9 / 10], t[n * 99 / 100], t[n - 1]);
	t = sorted(l, offsetof(struct asking, own), x);
	printf(" %.3f %.3f", t[n / 2], t[n * 99 / 100]);
	t = sorted(l, offsetof(struct asking, late), x);
	printf(" %.3f %zu\n", t[n - 1], generations(l));
	free(x);
}

int main(int argc, char **argv)
{
	struct load l = { .rate = 20, .top = "10" };
	const char *path = NULL;
	int opt, failed = 0;

	while ((opt = getopt(argc, argv, "+r:k:o:")) > 0)
		if (opt == 'r')
			l.rate = strtod(optarg, NULL);
		else if (opt == 'k')
			l.top = optarg;
		else if (opt == 'o')
			path = optarg;
		else
			return 2;
	if (argc - optind < 3 || l.rate <= 0)
		return 2;
	read_questions(&l, argv[optind]);
	l.index = argv[optind + 1];
	run(&l, argv + optind + 2);
	report(&l, path);
	for (size_t i = 0; i < l.count; i++)
		failed |= l.asked[i].failed;
	if (fflush(stdout))
		return 3;
	return l.command_status ? l.command_status : failed ? 5 : 0;
}
