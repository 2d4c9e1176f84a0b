/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/download.h"

#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "net/store.h"
#include "net/verdict.h"

#define MONTH (30 * 24 * 3600) /* what is no audio stays none for long */

struct extra { /* of a task */
	struct download *download;
	struct store_file file;
	const char *ext; /* set when the file is in the store */
	struct str status, sha256;
	struct err err; /* of the sink */
};

static int take_body(struct http_job *job, const void *p, size_t n)
{
	struct extra *x = ((struct errand_task *)job)->extra;

	if (!job->bytes && store_begin(&x->file, x->download->store, &x->err))
		return -1;
	x->download->bytes += n;
	if (store_write(&x->file, p, n))
		return err_errno(&x->err, "cannot write in %s",
				 x->download->store);
	return 0;
}

static void begin(void *arg, struct errand_task *t)
{
	struct download *d = arg;
	struct extra *x = mem_zalloc(1, sizeof(*x));

	x->download = d;
	t->extra = x;
	t->job.range = t->job.limit = d->max_bytes;
	t->job.sink = take_body;
}

static void drop(void *arg, struct errand_task *t)
{
	struct extra *x = t->extra;

	(void)arg;
	store_drop(&x->file);
	str_release(&x->status);
	str_release(&x->sha256);
	free(x);
}

static bool enough(void *arg)
{
	struct download *d = arg;

	return d->budget && d->bytes >= d->budget;
}

static void replace(struct str *s, const char *z)
{
	str_reset(s);
	str_puts(s, z);
}

static int end(void *arg, struct errand_task *t, struct err *err)
{
	struct download *d = arg;
	struct extra *x = t->extra;
	enum verdict v = verdict_of(&t->job, &x->status);
	const char *ext = NULL, *why = "empty";
	int ok;

	if (t->job.result == HTTP_SINK) {
		*err = x->err;
		return -1;
	}
	if (v != VERDICT_VALID && v != VERDICT_MOVED) {
		/* "Range not satisfiable": there is no first byte. */
		if (t->job.result == HTTP_ANSWER && t->job.code == 416)
			replace(&x->status, why);
		return 0;
	}
	if (x->file.f)
		ext = sniff_audio(store_head(&x->file), &why);
	if (!ext) {
		replace(&x->status, why);
		return 0;
	}
	ok = store_flush(&x->file, err) ? -1
					: d->decodes(str_z(&x->file.temp), err);
	if (ok <= 0) {
		replace(&x->status, "undecodable");
		return ok;
	}
	if (store_keep(&x->file, d->store, ext, &x->sha256, err))
		return -1;
	replace(&x->status, "ok");
	x->ext = ext;
	return 0;
}

/* Seconds until the next attempt, by what happened. */
static int64_t pause_after(const struct download *d, const struct http_job *job,
			   int failures)
{
	if (!http_was_asked(job))
		return verdict_back_off(1, 0, 0);
	if (job->result == HTTP_ANSWER && job->code < 300)
		return MONTH;
	if (job->result == HTTP_ANSWER && job->code != 429 && job->code < 500)
		return d->max_age;
	return verdict_back_off(failures, job->retry_after, d->max_age);
}

static int save(void *arg, struct errand_task *t, struct err *err)
{
	struct download *d = arg;
	struct extra *x = t->extra;
	struct history_fetch *f = &d->row;
	bool ok = x->ext != NULL;

	if (history_get_fetch(d->history, span_str(&t->key), f, err) < 0)
		return -1;
	replace(&f->status, str_z(&x->status));
	replace(&f->sha256, ok ? str_z(&x->sha256) : "");
	replace(&f->ext, ok ? x->ext : "");
	f->bytes = ok ? (int64_t)t->job.bytes : 0;
	if (http_was_asked(&t->job))
		f->fetched_at = time(NULL);
	f->failures = ok ? 0 : f->failures + http_was_asked(&t->job);
	f->due_at =
	    ok ? HISTORY_NEVER : d->now + pause_after(d, &t->job, f->failures);
	return history_put_fetch(d->history, span_str(&t->key), f, err);
}

void download_errand(struct download *d, struct errand *e)
{
	e->ctx = d;
	e->history = d->history;
	e->table = HISTORY_FETCHES;
	e->begin = begin;
	e->end = end;
	e->save = save;
	e->drop = drop;
	e->enough = enough;
}

void download_release(struct download *d)
{
	history_fetch_release(&d->row);
}
