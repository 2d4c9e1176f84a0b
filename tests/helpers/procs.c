/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * procs [-n N] [-p AT_ONCE] [-e FILE]... [-l FILE] [-w TEXT] LINES COMMAND...
 * runs the command as N processes (200), AT_ONCE of them started together (1),
 * and says what they cost. The argument {} is a line of the file LINES, another
 * one for each process. -e: these files leave the page cache before each start;
 * -l: this one stays there, where memory may be locked (some hosts take a
 * guest's idle pages back within a minute).
 * A process is bad that fails, or whose output does not end in a line or lacks
 * TEXT. One line of blank-separated numbers goes to standard output:
 *
 *   processes bad p50 p90 p99 max cpu_p50 peak_MiB bytes_p50 own_p50 own_p99
 *
 * Times are milliseconds from the fork to the end; cpu: user and system; own:
 * less what the first thread waited for a processor, on a machine that others
 * use, too.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "processes.h"

enum { EVICTED = 16 };

struct process {
	pid_t pid;
	int out;
	double start, wall, cpu, bytes, own;
	bool bad;
};

struct procs {
	size_t count, at_once, evicted;
	const char *evict[EVICTED], *needle;
	struct lines lines;
	char **command, **argv;
	struct process *p;
	long peak; /* KiB */
};

static double ms(struct timeval t)
{
	return 1e3 * (double)t.tv_sec + 1e-3 * (double)t.tv_usec;
}

static void forget(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED))
		die(path);
	close(fd);
}

/* A file into the page cache, to stay. */
static void lock(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st))
		die(path);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		die(path);
	if (mlock(p, (size_t)st.st_size))
		perror("procs: mlock");
	close(fd);
}

static void begin(struct procs *s, size_t i)
{
	struct process *p = &s->p[i];
	size_t n = 0;

	for (; s->command[n]; n++)
		s->argv[n] = strcmp(s->command[n], "{}")
				 ? s->command[n]
				 : s->lines.line[i * 7919 % s->lines.count];
	p->out = memfd_create("out", MFD_CLOEXEC);
	if (p->out < 0)
		die("memfd_create");
	p->start = now();
	p->pid = fork();
	if (p->pid < 0)
		die("fork");
	if (!p->pid) {
		dup2(p->out, STDOUT_FILENO);
		execvp(s->argv[0], s->argv);
		_exit(127);
	}
}

static bool answered(const struct procs *s, struct process *p)
{
	struct stat st;
	char *text;
	bool good;

	if (fstat(p->out, &st) || !st.st_size)
		return false;
	p->bytes = (double)st.st_size;
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, p->out, 0);
	if (text == MAP_FAILED)
		die("mmap");
	good = text[st.st_size - 1] == '\n' &&
	       (!s->needle ||
		memmem(text, (size_t)st.st_size, s->needle, strlen(s->needle)));
	munmap(text, (size_t)st.st_size);
	return good;
}

static void end(struct procs *s, size_t from, size_t to)
{
	siginfo_t ended = { 0 };
	struct rusage u;
	double t, delay;
	int status;
	pid_t pid;

	if (waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT))
		die("waitid");
	t = now();
	pid = ended.si_pid;
	delay = waited(pid);
	if (wait4(pid, &status, 0, &u) != pid)
		die("wait4");
	for (size_t i = from; i < to; i++) {
		struct process *p = &s->p[i];

		if (p->pid != pid)
			continue;
		p->wall = t - p->start;
		p->own = p->wall - delay;
		p->cpu = ms(u.ru_utime) + ms(u.ru_stime);
		p->bad = !WIFEXITED(status) || WEXITSTATUS(status);
		s->peak = u.ru_maxrss > s->peak ? u.ru_maxrss : s->peak;
	}
}

static void run(struct procs *s)
{
	for (size_t from = 0; from < s->count; from += s->at_once) {
		size_t to = from + s->at_once;

		to = to < s->count ? to : s->count;
		for (size_t i = 0; i < s->evicted; i++)
			forget(s->evict[i]);
		for (size_t i = from; i < to; i++)
			begin(s, i);
		for (size_t i = from; i < to; i++)
			end(s, from, to);
		for (size_t i = from; i < to; i++) {
			s->p[i].bad |= !answered(s, &s->p[i]);
			close(s->p[i].out);
		}
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The numbers at `offset` of each process, in order. */
static const double *sorted(const struct procs *s, size_t offset, double *x)
{
	for (size_t i = 0; i < s->count; i++)
		memcpy(&x[i], (const char *)&s->p[i] + offset, sizeof(*x));
	qsort(x, s->count, sizeof(*x), by_value);
	return x;
}

static void report(const struct procs *s)
{
	size_t n = s->count, bad = 0;
	double *x = mem_zalloc(n, sizeof(*x));
	const double *t = sorted(s, offsetof(struct process, wall), x);

	for (size_t i = 0; i < n; i++)
		bad += s->p[i].bad;
	printf("%zu %zu %.3f %.3f %.3f %.3f", n, bad, t[n / 2], t[n * 9 / 10],
	       t[n * 99 / 100], t[n - 1]);
	t = sorted(s, offsetof(struct process, cpu), x);
	printf(" %.3f %.1f", t[n / 2], (double)s->peak / 1024);
	t = sorted(s, offsetof(struct process, bytes), x);
	printf(" %.0f", t[n / 2]);
	t = sorted(s, offsetof(struct process, own), x);
	printf(" %.3f %.3f\n", t[n / 2], t[n * 99 / 100]);
	free(x);
}

int main(int argc, char **argv)
{
	struct procs s = { .count = 200, .at_once = 1 };
	int opt;

	while ((opt = getopt(argc, argv, "+n:p:e:l:w:")) > 0)
		if (opt == 'n')
			s.count = strtoul(optarg, NULL, 10);
		else if (opt == 'p')
			s.at_once = strtoul(optarg, NULL, 10);
		else if (opt == 'e' && s.evicted < EVICTED)
			s.evict[s.evicted++] = optarg;
		else if (opt == 'l')
			lock(optarg);
		else if (opt == 'w')
			s.needle = optarg;
		else
			return 2;
	if (argc - optind < 2 || !s.count || !s.at_once)
		return 2;
	s.lines = read_lines(argv[optind]);
	s.command = argv + optind + 1;
	s.argv = mem_zalloc((size_t)(argc - optind), sizeof(*s.argv));
	s.p = mem_zalloc(s.count, sizeof(*s.p));
	run(&s);
	report(&s);
	free_lines(&s.lines);
	free(s.argv);
	free(s.p);
	return fflush(stdout) ? 3 : 0;
}
