/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/streamwork.h"

#include <string.h>

#include "base/mem.h"

/* --- one record --- */

static bool status_failed(uint8_t status)
{
	return status == FEAT_UNREADABLE || status == FEAT_UNDECODABLE ||
	       status == FEAT_TOO_SHORT || status == FEAT_CRASHED ||
	       status == FEAT_EXCESSIVE || status == FEAT_UNSUPPORTED;
}

static void fail_by_status(struct stream_whole *r, struct record *rec,
			   uint8_t status)
{
	struct err e;

	err_set(&e, ERR_RECORD, feat_status_name(status), "%s",
		feat_status_text(status));
	e.retry = status == FEAT_UNREADABLE;
	record_fail(rec, r->s->options->tool, &e);
}

static struct feat_row *next_row(struct stream_whole *r, struct stream_job *j)
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
static int fill_row(struct stream_whole *r, struct stream_worker *w,
		    struct stream_job *j, struct feat_row *row, struct err *err)
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

static int measure(struct stream_whole *r, struct stream_worker *w,
		   struct stream_job *j)
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

static int process(struct stream_whole *r, struct stream_worker *w,
		   struct stream_job *j)
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

static int work_on(struct stream_whole *r, struct stream_worker *w,
		   struct stream_job *j)
{
	return r->s->measure   ? measure(r, w, j)
	       : r->s->process ? process(r, w, j)
			       : 0;
}

/* What was reused took no time. */
static int timed(struct stream_whole *r, struct stream_worker *w,
		 struct stream_job *j)
{
	uint64_t reused = j->reused;
	struct err none;
	double start;
	int rc;

	if (!r->slowest || record_failed(&w->record))
		return work_on(r, w, j);
	start = progress_clock();
	rc = work_on(r, w, j);
	start = progress_clock() - start;
	if (j->reused == reused && !record_id(&w->record, &w->id, &none))
		slowest_note(r->slowest, &w->slowest, span_str(&w->id), start);
	return rc;
}

/* --- one block --- */

static struct memo_row *remember(struct stream_job *j, uint64_t input)
{
	MEM_ROOM(j->memo, j->nmemo + 1, j->memo_cap);
	j->memo[j->nmemo] = (struct memo_row){ .input = input, .at = j->out.n };
	return &j->memo[j->nmemo++];
}

/* 1: the line was answered from the memo. */
static int recall(struct stream_whole *r, struct stream_job *j,
		  struct memo_row *m)
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
static bool adopt(struct stream_whole *r, struct stream_worker *w,
		  struct stream_job *j, struct memo_row *m)
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

static int do_line(struct stream_whole *r, struct stream_worker *w,
		   struct stream_job *j, struct span line)
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
	rc = m && s->adopt && adopt(r, w, j, m) ? 0 : timed(r, w, j);
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

int streamwork(void *ctx, void *job, int thread)
{
	struct stream_whole *r = ctx;
	struct stream_job *j = job;
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
