/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/stream.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "io/atomic.h"
#include "io/streamwork.h"

static int read_job(void *ctx, void *job)
{
	struct stream_whole *r = ctx;
	struct stream_job *j = job;

	j->out.n = j->lines = j->nrows = j->nmemo = 0;
	j->in = j->errors = j->dropped = j->reused = j->partly = 0;
	j->failed = false;
	return lines_read(&r->lines, &j->text, &j->file, &r->err);
}

/* --- writing --- */

static int write_rows(struct stream_whole *r, struct stream_job *j)
{
	size_t i;

	for (i = 0; i < j->nrows; i++)
		if (feat_write(r->rows, j->rows[i], &r->err))
			return -1;
	return 0;
}

static void keep_memo(struct stream_whole *r, struct stream_job *j)
{
	size_t i;

	MEM_ROOM(r->memo_rows, r->nmemo + j->nmemo, r->memo_cap);
	for (i = 0; i < j->nmemo; i++) {
		struct memo_row *m = &r->memo_rows[r->nmemo++];

		*m = j->memo[i];
		m->at += r->offset;
	}
	r->offset += j->out.n; /* failed records are there, too */
}

static int write_text(struct atomic *to, const struct str *text,
		      struct err *err)
{
	if (text->n && fwrite(text->p, 1, text->n, atomic_file(to)) != text->n)
		return err_errno(err, "cannot write %s", atomic_name(to));
	return 0;
}

static void count(struct stream_whole *r, const struct stream_job *j)
{
	struct progress *p = &r->progress;

	p->in += j->in;
	p->errors += j->errors;
	p->dropped += j->dropped;
	p->reused += j->reused;
	p->partly += j->partly;
	p->ok = p->in - p->errors - p->dropped;
	progress_show(p);
}

static int write_job(void *ctx, void *job)
{
	struct stream_whole *r = ctx;
	struct stream_job *j = job;
	struct atomic *text = r->s->measure ? r->records : r->out;

	if (j->file != r->file) {
		r->file = j->file;
		r->line = 0;
	}
	r->line += j->lines;
	if (j->failed) {
		r->err = j->err;
		return err_prefix(&r->err, "%s:%zu", j->file, r->line);
	}
	if ((text && write_text(text, &j->out, &r->err)) ||
	    (r->rows && write_rows(r, j)))
		return -1;
	if (r->memo)
		keep_memo(r, j);
	count(r, j);
	return 0;
}

/* --- the run --- */

static void workers_new(struct stream_whole *r)
{
	const struct stream *s = r->s;
	int i;

	r->workers = mem_zalloc((size_t)s->options->jobs, sizeof(*r->workers));
	for (i = 0; i < s->options->jobs; i++) {
		struct stream_worker *w = &r->workers[i];

		if (s->scratch_new)
			w->scratch = s->scratch_new(s->ctx);
		if (s->measure && s->reuse)
			w->old = rowreuse_open(s->reuse, s->schema);
	}
}

/* Where a file's own rows are to be reused there may well be none, or but those of
 * other settings; another file that is named is meant to have some. */
static void note_reuse(const struct stream_whole *r)
{
	const struct stream *s = r->s;
	const char *output = s->options->output;
	bool there, own;

	if (!s->measure || !s->reuse || r->workers[0].old || s->options->quiet)
		return;
	there = !access(s->reuse, F_OK);
	own = output && !strcmp(output, s->reuse);
	if (own && !s->options->verbose)
		return;
	fprintf(stderr, "%s: --reuse %s: %s; every row is made anew\n",
		s->options->tool, s->reuse,
		there ? "no feature file of this format and these settings"
		      : "no such file");
}

static void workers_free(struct stream_whole *r)
{
	int i;

	for (i = 0; i < r->s->options->jobs; i++) {
		struct stream_worker *w = &r->workers[i];

		if (r->s->scratch_free)
			r->s->scratch_free(w->scratch);
		rowreuse_close(w->old);
		slowest_release(&w->slowest);
		record_release(&w->record);
		record_release(&w->before);
		str_release(&w->id);
	}
	free(r->workers);
}

static int open_outputs(struct stream_whole *r)
{
	const struct stream *s = r->s;

	if (!(r->out = atomic_open(s->options->output, &r->err)))
		return -1;
	if (s->records_path &&
	    !(r->records = atomic_open(s->records_path, &r->err)))
		return -1;
	if (s->measure && !(r->rows = feat_writer_new(atomic_file(r->out),
						      s->schema, &r->err)))
		return -1;
	return 0;
}

static int run_jobs(struct stream_whole *r)
{
	static const struct parallel_ops ops = { read_job, streamwork,
						 write_job };
	int threads = r->s->options->jobs;
	size_t n = (size_t)threads * 3, i, k;
	struct stream_job *jobs = mem_zalloc(n, sizeof(*jobs));
	int rc = parallel_ordered(threads, &ops, r, jobs, sizeof(*jobs), n);

	for (i = 0; i < n; i++) {
		str_release(&jobs[i].text);
		str_release(&jobs[i].out);
		for (k = 0; k < jobs[i].rows_cap; k++)
			feat_row_free(jobs[i].rows[k]);
		free(jobs[i].rows);
		free(jobs[i].memo);
	}
	free(jobs);
	return rc;
}

static int finish(struct stream_whole *r)
{
	const struct stream *s = r->s;
	struct str more = { 0 };
	struct feat_writer *rows = r->rows;
	struct atomic *out = r->out, *records = r->records;
	int rc = 0;

	if (s->finish)
		rc = s->finish(s->ctx, &more, &r->err) ||
		     write_text(s->measure && records ? records : out, &more,
				&r->err);
	str_release(&more);
	r->rows = NULL;
	if (rows && feat_writer_end(rows, &r->err))
		rc = -1;
	if (rc)
		return -1;
	r->records = NULL;
	if (records && atomic_commit(records, &r->err))
		return -1;
	r->out = NULL;
	if (atomic_commit(out, &r->err))
		return -1;
	return r->memo ? memo_save(s->memo, s->recipe, r->memo_rows, r->nmemo,
				   &r->err)
		       : 0;
}

/* The records are there, whatever becomes of this. */
static void write_slowest(struct stream_whole *r)
{
	struct slowest_tally all = { 0 };

	for (int i = 0; i < r->s->options->jobs; i++)
		slowest_merge(&all, &r->workers[i].slowest);
	slowest_close(r->slowest, &all, r->s->options);
	slowest_release(&all);
}

int stream_run(struct stream *s, char **files, int nfiles)
{
	struct stream_whole r = { .s = s };
	int rc;

	progress_start(&r.progress, s->options);
	lines_init(&r.lines, files, nfiles, s->batch);
	workers_new(&r);
	r.slowest = s->untimed ? NULL : slowest_open(s->options->tool);
	note_reuse(&r);
	if (s->memo && s->previous)
		r.memo = memo_open(s->memo, s->previous, s->recipe);
	rc = open_outputs(&r) || run_jobs(&r) || finish(&r);
	if (rc) {
		if (r.rows)
			feat_writer_end(r.rows, NULL);
		atomic_abort(r.records);
		atomic_abort(r.out);
		rc = options_fail(s->options, &r.err);
	} else {
		progress_end(&r.progress, s->reuse || s->memo);
		rc = progress_status(&r.progress);
	}
	write_slowest(&r);
	workers_free(&r);
	memo_close(r.memo);
	free(r.memo_rows);
	lines_release(&r.lines);
	return rc;
}
