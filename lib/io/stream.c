/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/stream.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "io/atomic.h"
#include "io/lines.h"
#include "io/memo.h"
#include "io/progress.h"
#include "io/rowreuse.h"

/* Threads write to neighbours in an array: kept off each other's cache lines. */
#define APART char apart[128]

struct worker { /* of one thread */
	struct record record, before;
	struct str id;
	void *scratch;
	struct rowreuse *old;
	APART;
};

struct job { /* a block of lines and what became of it */
	struct str text, out;
	const char *file;
	size_t lines; /* in text, as far as it was worked on */
	uint64_t in, errors, dropped, reused, partly;
	struct feat_row **rows;
	size_t nrows, rows_cap;
	struct memo_row *memo;
	size_t nmemo, memo_cap;
	bool failed; /* the run ends here, with err */
	struct err err;
	APART;
};

struct run {
	const struct stream *s;
	struct lines lines;
	struct worker *workers;
	struct memo *memo;
	struct atomic *out, *records;
	struct feat_writer *rows;
	struct memo_row *memo_rows;
	size_t nmemo, memo_cap;
	struct progress progress;
	const char *file; /* last written of, and its lines so far */
	size_t line;
	uint64_t offset;
	struct err err;
};

/* --- one record --- */

static bool status_failed(uint8_t status)
{
	return status == FEAT_UNREADABLE || status == FEAT_UNDECODABLE ||
	       status == FEAT_TOO_SHORT || status == FEAT_CRASHED ||
	       status == FEAT_EXCESSIVE;
}

static void fail_by_status(struct run *r, struct record *rec, uint8_t status)
{
	struct err e;

	err_set(&e, ERR_RECORD, feat_status_name(status), "%s",
		feat_status_text(status));
	e.retry = status == FEAT_UNREADABLE;
	record_fail(rec, r->s->options->tool, &e);
}

static struct feat_row *next_row(struct run *r, struct job *j)
{
	if (j->nrows == j->rows_cap) {
		MEM_ROOM(j->rows, j->nrows + 1, j->rows_cap);
		memset(j->rows + j->nrows, 0,
		       (j->rows_cap - j->nrows) * sizeof(*j->rows));
	}
	if (!j->rows[j->nrows])
		j->rows[j->nrows] = feat_row_new(r->s->schema);
	feat_row_reset(j->rows[j->nrows], r->s->schema);
	return j->rows[j->nrows];
}

/* From the old file, or anew. Returns like measure(). */
static int fill_row(struct run *r, struct worker *w, struct job *j,
		    struct feat_row *row, struct err *err)
{
	const struct stream *s = r->s;
	struct record *rec = &w->record;
	int rc;

	switch (w->old ? rowreuse_find(w->old, row) : ROWREUSE_NONE) {
	case ROWREUSE_WHOLE:
		j->reused++;
		return 0;
	case ROWREUSE_PART:
		if (!s->complete) {
			feat_row_clear(row, s->schema);
			break;
		}
		rc = s->complete(s->ctx, w->scratch, rec, row,
				 rowreuse_taken(w->old), err);
		j->partly += rc >= 0;
		return rc;
	default:
		break;
	}
	return s->measure(s->ctx, w->scratch, rec, row, err);
}

static int measure(struct run *r, struct worker *w, struct job *j)
{
	const struct stream *s = r->s;
	struct record *rec = &w->record;
	struct feat_row *row = next_row(r, j);
	struct err e = { 0 };
	int rc;

	if (record_id(rec, &w->id, &e)) {
		e.status = ERR_DATA; /* a row cannot be keyed */
		j->err = e;
		return -1;
	}
	row->key = hash_u64(w->id.p, w->id.n);
	row->digest = s->digest ? s->digest(s->ctx, w->scratch, rec)
				: hash_u64(rec->line.p, rec->line.n);
	j->nrows++;
	if (record_failed(rec)) {
		row->status = FEAT_UPSTREAM;
		return 0;
	}
	rc = fill_row(r, w, j, row, &e);
	if (rc < 0 && e.status > ERR_RECORD) {
		j->err = e;
		return -1;
	}
	if (rc < 0 && s->options->verbose)
		fprintf(stderr, "%s: %s: %s\n", s->options->tool, str_z(&w->id),
			e.message);
	if (rc < 0 && !status_failed(row->status))
		row->status = FEAT_UNDECODABLE;
	if (status_failed(row->status)) {
		fail_by_status(r, rec, row->status);
		j->errors++;
	}
	return 0;
}

static int process(struct run *r, struct worker *w, struct job *j)
{
	const struct stream *s = r->s;
	struct err e = { 0 };
	int rc;

	if (record_failed(&w->record))
		return 0;
	rc = s->process(s->ctx, w->scratch, &w->record, &e);
	if (rc >= 0)
		return rc;
	if (e.status > ERR_RECORD) {
		j->err = e;
		return -1;
	}
	record_fail(&w->record, s->options->tool, &e);
	j->errors++;
	return 0;
}

/* --- one block --- */

static struct memo_row *remember(struct job *j, uint64_t input)
{
	MEM_ROOM(j->memo, j->nmemo + 1, j->memo_cap);
	j->memo[j->nmemo] = (struct memo_row){ .input = input, .at = j->out.n };
	return &j->memo[j->nmemo++];
}

/* 1: the line was answered from the memo. */
static int recall(struct run *r, struct job *j, struct memo_row *m)
{
	struct span hit = memo_find(r->memo, m->input, &m->output);

	if (!hit.p)
		return 0;
	str_span(&j->out, hit);
	m->size = hit.n;
	j->dropped += !hit.n;
	j->reused++;
	return 1;
}

/* The same for a stage that takes over only what it sets itself. */
static bool adopt(struct run *r, struct worker *w, struct job *j,
		  struct memo_row *m)
{
	struct span hit = memo_find(r->memo, m->input, &m->output);
	struct err ignored;

	if (!hit.n ||
	    record_parse(&w->before, (struct span){ hit.p, hit.n - 1 },
			 &ignored) ||
	    !r->s->adopt(r->s->ctx, w->scratch, &w->record, &w->before))
		return false;
	j->reused++;
	return true;
}

static int do_line(struct run *r, struct worker *w, struct job *j,
		   struct span line)
{
	const struct stream *s = r->s;
	struct memo_row *m = NULL;
	size_t start = j->out.n;
	uint64_t input;
	int rc;

	if (r->memo && !s->adopt) {
		m = remember(j, hash_u64(line.p, line.n));
		if (recall(r, j, m))
			return 0;
	}
	if (record_parse(&w->record, line, &j->err))
		return -1;
	if (r->memo && s->adopt && !record_failed(&w->record) &&
	    (input = s->digest(s->ctx, w->scratch, &w->record)) != 0)
		m = remember(j, input);
	rc = m && s->adopt && adopt(r, w, j, m) ? 0
	     : s->measure                       ? measure(r, w, j)
	     : s->process                       ? process(r, w, j)
						: 0;
	if (rc < 0)
		return -1;
	if (rc > 0)
		j->dropped++;
	else if (!s->measure || r->records)
		record_write(&w->record, &j->out);
	if (m && !(rc == 0 && record_failed(&w->record))) {
		m->size = j->out.n - start;
		if (m->size)
			m->output = hash_u64(j->out.p + start, m->size);
	} else if (m) {
		j->nmemo--; /* failures are tried again */
	}
	return 0;
}

static bool blank(struct span line)
{
	return !span_trim(line).n;
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
		j->lines++;
		if (*p != '{' && blank(line))
			continue;
		j->in++;
		if (do_line(r, &r->workers[thread], j, line)) {
			j->failed = true;
			break;
		}
	}
	return 0;
}

static int read_job(void *ctx, void *job)
{
	struct run *r = ctx;
	struct job *j = job;

	j->out.n = j->lines = j->nrows = j->nmemo = 0;
	j->in = j->errors = j->dropped = j->reused = j->partly = 0;
	j->failed = false;
	return lines_read(&r->lines, &j->text, &j->file, &r->err);
}

/* --- writing --- */

static int write_rows(struct run *r, struct job *j)
{
	size_t i;

	for (i = 0; i < j->nrows; i++)
		if (feat_write(r->rows, j->rows[i], &r->err))
			return -1;
	return 0;
}

static void keep_memo(struct run *r, struct job *j)
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

static void count(struct run *r, const struct job *j)
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
	struct run *r = ctx;
	struct job *j = job;
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

static void workers_new(struct run *r)
{
	const struct stream *s = r->s;
	int i;

	r->workers = mem_zalloc((size_t)s->options->jobs, sizeof(*r->workers));
	for (i = 0; i < s->options->jobs; i++) {
		struct worker *w = &r->workers[i];

		if (s->scratch_new)
			w->scratch = s->scratch_new(s->ctx);
		if (s->measure && s->reuse)
			w->old = rowreuse_open(s->reuse, s->schema);
	}
}

/* A first build has nothing to reuse; a name typed wrong looks the same. */
static void note_reuse(const struct run *r)
{
	const struct stream *s = r->s;
	bool there = s->reuse && !access(s->reuse, F_OK);

	if (!s->measure || !s->reuse || r->workers[0].old ||
	    s->options->quiet || (!there && !s->options->verbose))
		return;
	fprintf(stderr, "%s: --reuse %s: %s; every row is made anew\n",
		s->options->tool, s->reuse,
		there ? "no feature file of this format and these settings"
		      : "no such file");
}

static void workers_free(struct run *r)
{
	int i;

	for (i = 0; i < r->s->options->jobs; i++) {
		struct worker *w = &r->workers[i];

		if (r->s->scratch_free)
			r->s->scratch_free(w->scratch);
		rowreuse_close(w->old);
		record_release(&w->record);
		record_release(&w->before);
		str_release(&w->id);
	}
	free(r->workers);
}

static int open_outputs(struct run *r)
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

static int run_jobs(struct run *r)
{
	static const struct parallel_ops ops = { read_job, work, write_job };
	int threads = r->s->options->jobs;
	size_t n = (size_t)threads * 3, i, k;
	struct job *jobs = mem_zalloc(n, sizeof(*jobs));
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

static int finish(struct run *r)
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

int stream_run(struct stream *s, char **files, int nfiles)
{
	struct run r = { .s = s };
	int rc;

	progress_start(&r.progress, s->options);
	lines_init(&r.lines, files, nfiles, s->batch);
	workers_new(&r);
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
	workers_free(&r);
	memo_close(r.memo);
	free(r.memo_rows);
	lines_release(&r.lines);
	return rc;
}
