/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What helpers share that start programs and time them. */
#ifndef PROCESSES_H
#define PROCESSES_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>

#include "base/mem.h"

static inline void die(const char *what)
{
	perror(what);
	exit(3);
}

static inline double now(void) /* milliseconds */
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

struct lines {
	char **line; /* without their ends */
	size_t count, cap;
};

/* The lines of a file, which must have some; free_lines. */
static inline struct lines read_lines(const char *path)
{
	FILE *f = fopen(path, "r");
	struct lines l = { 0 };
	char *text = NULL;
	size_t room = 0;
	ssize_t n;

	if (!f)
		die(path);
	while ((n = getline(&text, &room, f)) > 0) {
		if (text[n - 1] == '\n')
			text[n - 1] = '\0';
		MEM_ROOM(l.line, l.count + 1, l.cap);
		l.line[l.count++] = mem_strdup(text);
	}
	free(text);
	fclose(f);
	if (!l.count)
		exit(2);
	return l;
}

static inline void free_lines(struct lines *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->line[i]);
	free(l->line);
}

/* Milliseconds for which its first thread was ready and did not run: of a
 * process that has ended and is not yet waited for. */
static inline double waited(pid_t pid)
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

#endif
