/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

double progress_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_start(struct progress *p, const struct options *o)
{
	*p = (struct progress){ .options = o, .start = progress_clock() };
	p->shown = p->start;
}

static bool wanted(const struct options *o)
{
	return o->progress == 2 ||
	       (o->progress == 1 && !o->quiet && isatty(STDERR_FILENO));
}

void progress_show(struct progress *p)
{
	double now, rate;

	if (!wanted(p->options))
		return;
	now = progress_clock();
	if (now - p->shown < 0.25)
		return;
	p->shown = now;
	rate = (double)p->in / (now - p->start);
	fprintf(stderr, "\r%s: %llu", p->options->tool,
		(unsigned long long)p->in);
	if (p->total)
		fprintf(stderr, "/%llu", (unsigned long long)p->total);
	fprintf(stderr, " %.0f/s", rate);
	if (p->total > p->in && rate > 0)
		fprintf(stderr, " ETA %.0fs",
			(double)(p->total - p->in) / rate);
	fputs("\033[K", stderr);
}

void progress_end(struct progress *p, bool reuse)
{
	struct str line = { 0 };

	if (wanted(p->options) && p->shown > p->start)
		fputs("\r\033[K", stderr);
	if (p->options->quiet)
		return;
	str_printf(&line, "%s: in=%llu ok=%llu err=%llu", p->options->tool,
		   (unsigned long long)p->in, (unsigned long long)p->ok,
		   (unsigned long long)p->errors);
	if (p->dropped)
		str_printf(&line, " drop=%llu", (unsigned long long)p->dropped);
	if (reuse)
		str_printf(&line, " reused=%llu",
			   (unsigned long long)p->reused);
	if (p->partly)
		str_printf(&line, " partly=%llu",
			   (unsigned long long)p->partly);
	str_printf(&line, " %.1fs\n", progress_clock() - p->start);
	fputs(line.p, stderr); /* at once: other tools write there, too */
	str_release(&line);
}

int progress_status(const struct progress *p)
{
	const struct options *o = p->options;

	if (o->max_errors_share >= 0)
		return (double)p->errors > o->max_errors_share * (double)p->in;
	return p->errors > o->max_errors;
}
