/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/download.h"

#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "net/resolver.h"
#include "net/verdict.h"
#include "text/markup.h"
#include "text/page.h"
#include "text/url.h"

#define MONTH (30 * 24 * 3600) /* what is no audio stays none for long */
#define BATCH 64               /* questions to a helper, saved together */

struct extra { /* of a task */
	struct download *download;
	struct transfer t;
	/* Addresses still to be tried, in lines, a feed's with a "+" before
	 * it; where they come from. */
	struct str rest;
	const char *origin; /* "page", "resolver", or NULL */
	bool feed, fed;     /* a feed is being looked at; or was */
	int tries;          /* of addresses */

	const char *ext; /* set when the file is in the store */
	size_t size;
	struct str status, sha256;
};

/* The first of the addresses becomes the job's: false, there is none. One feed
 * is a step to an address, not an attempt at one. */
static bool take_next(struct extra *x, struct http_job *job)
{
	struct span rest = span_str(&x->rest), line = { NULL, 0 };
	struct str kept = { 0 };
	const char *end;

	x->feed = false;
	while (!line.p && (end = memchr(rest.p, '\n', rest.n))) {
		bool feed = rest.p[0] == '+';
		size_t n = (size_t)(end - rest.p);

		if (feed ? !x->fed : x->tries < DOWNLOAD_TRIES) {
			line = (struct span){ rest.p + feed, n - feed };
			x->feed = feed;
		}
		rest = (struct span){ end + 1, rest.n - n - 1 };
	}
	if (!line.p)
		return false;
	x->fed |= x->feed;
	x->tries += !x->feed;
	str_reset(&job->url);
	str_span(&job->url, line);
	str_span(&kept, rest);
	str_release(&x->rest);
	x->rest = kept;
	job->hops = 0;
	transfer_begin(&x->t, &x->download->o, job);
	return true;
}

static void begin(void *arg, struct errand_task *t)
{
	struct download *d = arg;
	struct extra *x = mem_zalloc(1, sizeof(*x));

	x->download = d;
	t->extra = x;
	if (history_get_fetch(d->history, span_str(&t->key), &d->row, NULL) ==
		1 &&
	    d->row.addresses.n) {
		str_span(&x->rest, span_str(&d->row.addresses));
		x->origin = "resolver";
		if (take_next(x, &t->job))
			return;
	}
	transfer_begin(&x->t, &d->o, &t->job);
}

static void drop(void *arg, struct errand_task *t)
{
	struct extra *x = t->extra;

	(void)arg;
	transfer_release(&x->t);
	str_release(&x->rest);
	str_release(&x->status);
	str_release(&x->sha256);
	free(x);
}

static bool enough(void *arg)
{
	struct download *d = arg;

	return d->full;
}

static void replace(struct str *s, const char *z)
{
	str_reset(s);
	str_puts(s, z);
}

/* Lines up the addresses on a page; of a feed no more feeds. */
static int read_page(struct extra *x, const struct errand_task *t,
		     struct err *err)
{
	struct str bytes = { 0 }, title = { 0 }, old = { 0 };
	struct page_links links = { 0 };
	struct page_query q = { .url = span_str(&t->job.url),
				.track = span_str(&t->key),
				.charset = x->t.charset.n ? str_z(&x->t.charset)
							  : NULL };
	int rc = store_read(&x->t.part, MARKUP_SIZE, &bytes, err) ||
			 history_get_title(x->download->history,
					   span_str(&t->key), &title, err)
		     ? -1
		     : 0;

	q.title = span_str(&title);
	if (!rc)
		page_find_audio(span_str(&bytes), &q, &links);
	str_span(&old, span_str(&x->rest));
	str_reset(&x->rest);
	for (size_t i = 0; i < links.count; i++) {
		if (links.at[i].feed && x->fed)
			continue;
		if (links.at[i].feed)
			str_putc(&x->rest, '+');
		str_span(&x->rest, span_str(&links.at[i].url));
		str_putc(&x->rest, '\n');
	}
	str_span(&x->rest, span_str(&old));
	page_links_release(&links);
	str_release(&bytes);
	str_release(&title);
	str_release(&old);
	return rc;
}

/* 1 it is in the store, 0 it is no sound, -1. */
static int keep(struct extra *x, struct err *err)
{
	struct download *d = x->download;
	int rc = d->decodes(d->ctx, x->t.part.fd, err);

	if (rc <= 0)
		return rc;
	x->size = x->t.part.size;
	if (store_keep(&x->t.part, d->o.store, x->t.ext, &x->sha256, err))
		return -1;
	x->ext = x->t.ext;
	replace(&x->status, "ok");
	if (d->quota) {
		d->quota->total += x->size;
		rc = quota_keep(d->quota, err);
		d->full = rc == 0;
	}
	return rc < 0 ? -1 : 1;
}

/* A file has come, or what is none: 1 it is kept, 0, -1. */
static int arrived(struct extra *x, struct errand_task *t, struct err *err)
{
	bool page = !x->t.ext && !strcmp(x->t.why, "page");
	int rc = x->t.ext ? keep(x, err) : 0;

	if (rc)
		return rc;
	if (page && (!x->origin || x->feed)) {
		bool first = !x->origin;

		x->origin = first ? "page" : x->origin;
		rc = read_page(x, t, err);
		replace(&x->status, "no audio on the page");
	} else {
		replace(&x->status, x->t.ext ? "undecodable"
				    : page   ? "not audio"
					     : x->t.why);
	}
	store_drop(&x->t.part);
	return rc;
}

/* What went wrong, and with what. */
static void say_origin(struct extra *x)
{
	struct str s = { 0 };

	if (!x->origin || (x->tries == 0 && !x->fed))
		return;
	str_printf(&s, "%s: %s", x->origin, str_z(&x->status));
	if (!strcmp(str_z(&x->status), "no audio on the page"))
		replace(&s, x->origin[0] == 'r' ? "resolver: not audio"
						: str_z(&x->status));
	str_release(&x->status);
	x->status = s;
}

static int end(void *arg, struct errand_task *t, struct err *err)
{
	struct extra *x = t->extra;
	int rc;

	(void)arg;
	rc = transfer_end(&x->t, err);
	if (rc < 0)
		return -1;
	if (rc == TRANSFER_AGAIN)
		return 1;
	if (rc == TRANSFER_DONE) {
		rc = arrived(x, t, err);
		if (rc)
			return rc < 0 ? -1 : 0;
	} else {
		verdict_of(&t->job, &x->status);
	}
	if (http_was_asked(&t->job) && take_next(x, &t->job))
		return 1;
	say_origin(x);
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
	str_reset(&f->addresses);
	f->bytes = ok ? (int64_t)x->size : 0;
	if (http_was_asked(&t->job))
		f->fetched_at = time(NULL);
	f->failures = ok ? 0 : f->failures + http_was_asked(&t->job);
	f->due_at =
	    ok ? HISTORY_NEVER : d->now + pause_after(d, &t->job, f->failures);
	return history_put_fetch(d->history, span_str(&t->key), f, err);
}

static void prepare(struct download *d, struct errand *e)
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

static int save_answer(struct download *d, struct span key,
		       struct resolver_ask *a, struct err *err)
{
	struct history_fetch *f = &d->row;

	if (history_get_fetch(d->history, key, f, err) < 0)
		return -1;
	str_reset(&f->status);
	str_printf(&f->status, "resolver: %s",
		   a->status ? a->status : "not asked");
	str_reset(&f->addresses);
	str_span(&f->addresses, span_str(&a->addresses));
	f->failures += a->status != NULL;
	f->due_at = a->status
			? d->now + verdict_back_off(f->failures, 0, d->max_age)
			: 0;
	return history_put_fetch(d->history, key, f, err);
}

static int resolve_some(struct download *d, double until, struct str *keys,
			struct resolver_ask *asks, size_t n, uint64_t *found,
			struct err *err)
{
	int rc = resolver_run(d->resolver, d->resolver_timeout, until,
			      DOWNLOAD_TRIES, asks, n, err);

	if (rc || history_begin(d->history, err))
		return -1;
	for (size_t i = 0; i < n && !rc; i++) {
		if (!asks[i].asked)
			continue;
		rc = save_answer(d, span_str(&keys[i]), &asks[i], err);
		*found += !asks[i].status;
	}
	return rc ? -1 : history_commit(d->history, err);
}

/* Asks the helper program until `until`; those rows that it has addresses for
 * are due at once. */
static int resolve(struct download *d, double until, uint64_t *found,
		   struct err *err)
{
	struct resolver_ask asks[BATCH] = { 0 };
	struct str keys[BATCH] = { 0 }, after = { 0 };
	size_t n = 0;
	int rc = 0;

	*found = 0;
	while (!rc && (!until || progress_clock() < until)) {
		for (n = 0; n < BATCH; n++) {
			str_reset(&asks[n].addresses);
			asks[n].status = NULL;
			asks[n].asked = false;
			rc = history_next_page(d->history, &after, &asks[n].url,
					       err);
			if (rc != 1)
				break;
			str_reset(&keys[n]);
			str_span(&keys[n], span_str(&after));
		}
		if (rc < 0 || !n)
			break;
		rc = resolve_some(d, until, keys, asks, n, found, err);
	}
	for (n = 0; n < BATCH; n++) {
		str_release(&asks[n].url);
		str_release(&asks[n].addresses);
		str_release(&keys[n]);
	}
	str_release(&after);
	return rc < 0 ? -1 : 0;
}

/* What is left of the budgets for a second errand; false: nothing. */
static bool budget_left(const struct errand *e, double start,
			struct errand_options *o)
{
	*o = *e->o;
	if (o->budget_seconds > 0)
		o->budget_seconds += start - progress_clock();
	if (o->budget_requests)
		o->budget_requests -= (int)e->requests;
	if (o->budget_bytes)
		o->budget_bytes -=
		    e->bytes < o->budget_bytes ? e->bytes : o->budget_bytes;
	return (e->o->budget_seconds <= 0 || o->budget_seconds > 0) &&
	       (!e->o->budget_requests || o->budget_requests > 0) &&
	       (!e->o->budget_bytes || o->budget_bytes);
}

int download_run(struct download *d, struct errand *e, char **files, int nfiles,
		 void *want_ctx,
		 int (*want)(void *ctx, struct record *r, struct err *err),
		 struct err *err)
{
	char nothing[] = "/dev/null", *none[] = { nothing };
	double start = progress_clock();
	struct errand_options o;
	struct errand more;
	uint64_t found;

	prepare(d, e);
	if (errand_run(e, files, nfiles, want_ctx, want, err))
		return -1;
	if (e->o->due || !d->resolver || d->full || !budget_left(e, start, &o))
		return 0;
	if (resolve(d,
		    e->o->budget_seconds > 0 ? start + e->o->budget_seconds : 0,
		    &found, err))
		return -1;
	if (!found || !budget_left(e, start, &o))
		return 0;
	more = *e;
	more.o = &o;
	more.asked = 0;
	if (errand_run(&more, none, 1, want_ctx, want, err))
		return -1;
	e->asked += more.asked;
	e->left = more.left; /* its queue began with what was left */
	e->requests += more.requests;
	e->bytes += more.bytes;
	return 0;
}

void download_release(struct download *d)
{
	history_fetch_release(&d->row);
}
