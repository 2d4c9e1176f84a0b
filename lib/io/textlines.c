/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/textlines.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "io/atomic.h"
#include "io/lines.h"
#include "io/progress.h"

struct job { /* a block of lines and what became of it */
	struct str text, out;
	uint64_t in;
	char apart[128]; /* threads write to neighbours */
};

struct run {
	const struct textlines *t;
	struct lines lines;
	void **scratch; /* [jobs] */
	struct atomic *out;
	struct progress progress;
	struct err err;
};

static int read_job(void *ctx, void *job)
{
	struct run *r = ctx;
	struct job *j = job;
	const char *file;

	j->out.n = j->in = 0;
	return lines_read(&r->lines, &j->text, &file, &r->err);
}

static int work(void *ctx, void *job, int thread)
{
	struct run *r = ctx;
	struct job *j = job;
	const char *p = j->text.p, *end = p + j->text.n, *q;

	for (; p < end; p = q + 1) {
		struct span line;

		q = memchr(p, '\n', (size_t)(end - p));
		line = (struct span){ p, (size_t)(q - p) };
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		r->t->process(r->t->ctx, r->scratch[thread], line, &j->out);
		j->in++;
	}
	return 0;
}

static int write_job(void *ctx, void *job)
{
	struct run *r = ctx;
	struct job *j = job;

	if (fwrite(j->out.p, 1, j->out.n, atomic_file(r->out)) != j->out.n)
		return err_errno(&r->err, "cannot write %s",
				 atomic_name(r->out));
	r->progress.in += j->in;
	r->progress.ok += j->in;
	progress_show(&r->progress);
	return 0;
}

static int run_jobs(struct run *r)
{
	static const struct parallel_ops ops = { read_job, work, write_job };
	int threads = r->t->options->jobs;
	size_t n = (size_t)threads * 3;
	struct job *jobs = mem_zalloc(n, sizeof(*jobs));
	int rc = parallel_ordered(threads, &ops, r, jobs, sizeof(*jobs), n);

	for (size_t i = 0; i < n; i++) {
		str_release(&jobs[i].text);
		str_release(&jobs[i].out);
	}
	free(jobs);
	return rc;
}

static int run_all(struct run *r)
{
	struct atomic *out;

	r->out = atomic_open(r->t->options->output, &r->err);
	if (!r->out)
		return -1;
	if (run_jobs(r)) {
		atomic_abort(r->out);
		return -1;
	}
	out = r->out;
	return atomic_commit(out, &r->err);
}

int textlines_run(const struct textlines *t, char **files, int nfiles)
{
	struct run r = { .t = t };
	int jobs = t->options->jobs, rc;

	r.scratch = mem_zalloc((size_t)jobs, sizeof(*r.scratch));
	for (int i = 0; t->scratch_new && i < jobs; i++)
		r.scratch[i] = t->scratch_new(t->ctx);
	progress_start(&r.progress, t->options);
	lines_init(&r.lines, files, nfiles, 0);
	if (run_all(&r)) {
		rc = options_fail(t->options, &r.err);
	} else {
		progress_end(&r.progress, false);
		rc = progress_status(&r.progress);
	}
	lines_release(&r.lines);
	for (int i = 0; t->scratch_free && i < jobs; i++)
		t->scratch_free(r.scratch[i]);
	free(r.scratch);
	return rc;
}
