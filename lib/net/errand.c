/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/errand.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "io/input.h"
#include "io/scratch.h"
#include "io/slowest.h"
#include "io/stream.h"
#include "net/address.h"

#define WINDOW 16384 /* tasks in memory */
#define TURN 0.25    /* seconds between looks at the budget */

int errand_duration(struct span s, int64_t *out)
{
	static const char units[] = "smhdw";
	static const int seconds[] = { 1, 60, 3600, 86400, 604800 };
	const char *unit = s.n ? strchr(units, s.p[s.n - 1]) : NULL;
	uint64_t v;

	s.n -= unit != NULL;
	if (num_u64(s, &v) || v > 1000000000)
		return -1;
	*out = (int64_t)v * (unit ? seconds[unit - units] : 1);
	return 0;
}

int errand_check(struct errand_options *o, struct err *err)
{
	if (!o->state)
		return err_set(err, ERR_USAGE, "usage",
			       "--state FILE is "
			       "missing: the link history, such as "
			       "state/links.db");
	if (errand_duration(span_of(o->max_age), &o->max_age_seconds))
		return err_set(err, ERR_USAGE, "usage",
			       "--max-age %s: "
			       "expected a number and s, m, h, d or w",
			       o->max_age);
	if (o->timeout < 0.01 || o->timeout > 3600)
		return err_set(err, ERR_USAGE, "usage",
			       "--timeout %g: "
			       "expected 0.01 to 3600 seconds",
			       o->timeout);
	if (o->rate > 10000 || o->budget_seconds < 0 || o->patience < 0)
		return err_set(err, ERR_USAGE, "usage",
			       "--rate, --patience or --budget-seconds is out "
			       "of range");
	if (o->ca_file && access(o->ca_file, R_OK))
		return err_errno(err, "--ca-file %s", o->ca_file);
	if (o->rate < 0)
		o->rate = o->allow_private ? 0 : 5;
	return 0;
}

void errand_options_release(struct errand_options *o)
{
	free(o->connect_to.items);
	o->connect_to = (struct option_list){ 0 };
}

static int copy_stdin(FILE *out, struct err *err)
{
	struct input *in = input_open("-", err);
	char *buf;
	ssize_t n;

	if (!in)
		return -1;
	buf = mem_alloc(65536);
	while ((n = input_read(in, buf, 65536, err)) > 0)
		if (fwrite(buf, 1, (size_t)n, out) != (size_t)n)
			break;
	free(buf);
	input_close(in);
	if (n < 0)
		return -1;
	if (n > 0 || fflush(out))
		return err_errno(err, "cannot copy standard input to $TMPDIR");
	return 0;
}

static int open_copy(struct errand_input *in, struct err *err)
{
	in->copy = scratch_open(err);
	if (!in->copy || copy_stdin(in->copy, err))
		return -1;
	str_printf(&in->name, "/proc/self/fd/%d", fileno(in->copy));
	return 0;
}

int errand_input(struct errand_input *in, char **files, int nfiles,
		 struct err *err)
{
	*in = (struct errand_input){ .nfiles = nfiles ? nfiles : 1 };
	in->files = mem_zalloc((size_t)in->nfiles, sizeof(*in->files));
	for (int i = 0; i < in->nfiles; i++) {
		if (nfiles && strcmp(files[i], "-")) {
			in->files[i] = files[i];
			continue;
		}
		if (!in->copy && open_copy(in, err))
			return -1;
		in->files[i] = in->name.p;
	}
	return 0;
}

void errand_input_release(struct errand_input *in)
{
	if (in->copy)
		fclose(in->copy);
	free(in->files);
	str_release(&in->name);
	*in = (struct errand_input){ 0 };
}

struct run {
	struct errand *e;
	struct http *http;
	struct progress progress;
	struct http_job *waiting; /* tasks whose end said 2 */
	bool dry;                 /* the queue has no more */
	bool stopped;
	double start;
	struct slowest *slowest; /* or NULL */
	struct slowest_tally tally;
};

static void free_task(struct run *r, struct errand_task *t)
{
	if (r->e->drop)
		r->e->drop(r->e->ctx, t);
	str_release(&t->key);
	str_release(&t->job.url);
	str_release(&t->job.seen);
	free(t);
}

static int fill(struct run *r, struct err *err)
{
	while (!r->dry && !r->stopped && http_pending(r->http) < WINDOW) {
		struct errand_task *t = mem_zalloc(1, sizeof(*t));
		int rc = history_next(r->e->history, &t->key, &t->job.url, err);

		if (rc != 1) {
			r->dry = true;
			free(t);
			return rc;
		}
		r->e->begin(r->e->ctx, t);
		http_add(r->http, &t->job);
	}
	return 0;
}

static int save_all(struct run *r, struct http_job *list, struct err *err)
{
	struct errand *e = r->e;
	int rc = 0;

	if (list && history_begin(e->history, err))
		rc = -1;
	for (struct http_job *j = list; j && !rc; j = j->next) {
		struct errand_task *t = (struct errand_task *)j;

		slowest_note(r->slowest, &r->tally, span_str(&t->key),
			     j->seconds);
		rc = e->save(e->ctx, t, err);
		e->asked++;
		r->progress.in++;
	}
	if (list && !rc)
		rc = history_commit(e->history, err);
	while (list) {
		struct http_job *next = list->next;

		free_task(r, (struct errand_task *)list);
		list = next;
	}
	return rc;
}

/* What has ended in a turn. */
struct batch {
	struct http_job *done, **tail;
	struct http_job *again;
};

static int settle_one(struct run *r, struct http_job *job, struct batch *b,
		      struct err *err)
{
	struct errand *e = r->e;
	int more = e->end(e->ctx, (struct errand_task *)job, err);

	job->next = NULL;
	if (more == 1) {
		job->next = b->again;
		b->again = job;
	} else if (more == 2) {
		job->next = r->waiting;
		r->waiting = job;
	} else if (more < 0) { /* our trouble, not the link's: ask again */
		free_task(r, (struct errand_task *)job);
	} else {
		*b->tail = job;
		b->tail = &job->next;
	}
	return more < 0 ? -1 : 0;
}

static int settle(struct run *r, struct err *err)
{
	struct errand *e = r->e;
	struct batch b = { .tail = &b.done };
	struct http_job *job, *list;
	int rc = 0;

	while ((job = http_next(r->http)))
		if (rc || job->result == HTTP_STOPPED)
			free_task(r, (struct errand_task *)job);
		else
			rc = settle_one(r, job, &b, err);
	while (e->recheck) {
		e->recheck = false;
		list = r->waiting;
		r->waiting = NULL;
		while ((job = list)) {
			list = job->next;
			if (settle_one(r, job, &b, rc ? NULL : err))
				rc = -1;
		}
	}
	while ((job = b.again)) {
		b.again = job->next;
		http_add(r->http, job);
	}
	if (save_all(r, b.done, rc ? NULL : err))
		rc = -1;
	return rc;
}

static bool nobody_reads(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO };

	return poll(&p, 1, 0) > 0 && (p.revents & POLLERR);
}

static int turn(struct run *r, struct err *err)
{
	double budget = r->e->o->budget_seconds, wait = TURN;
	double spent = progress_clock() - r->start;

	if (budget > 0 && spent + wait > budget)
		wait = fmax(budget - spent, 0);
	if (http_turn(r->http, wait, err) || settle(r, err))
		return -1;
	spent = progress_clock() - r->start;
	if (!r->stopped && ((budget > 0 && spent >= budget) ||
			    (r->e->enough && r->e->enough(r->e->ctx)))) {
		r->stopped = true;
		http_stop(r->http, true);
	}
	if ((r->e->o->budget_requests &&
	     http_requests(r->http) >= (uint64_t)r->e->o->budget_requests) ||
	    (r->e->o->budget_bytes &&
	     http_bytes(r->http) >= r->e->o->budget_bytes))
		r->stopped = true;
	if (nobody_reads())
		return err_set(err, ERR_ENV, "pipe",
			       "nobody reads standard output any more");
	progress_show(&r->progress);
	return 0;
}

static struct http *new_engine(const struct errand_options *o, struct err *err)
{
	struct http_options h = {
		.connections = o->connections,
		.per_host = o->per_host,
		.rate = o->rate,
		.timeout = o->timeout,
		.allow = o->allow_private ? NULL : address_is_public,
		.connect_to = o->connect_to.items,
		.nconnect_to = o->connect_to.count,
		.requests = (uint64_t)o->budget_requests,
		.bytes = o->budget_bytes,
		.patience = o->patience,
		.ca_file = o->ca_file,
		.allow_file = o->allow_file,
		.agent = "moodpipe/" MOODPIPE_VERSION,
	};

	return http_new(&h, err);
}

static int ask(struct errand *e, struct err *err)
{
	struct run r = { .e = e, .start = progress_clock() };
	struct http_job *job;
	uint64_t total;
	int rc;

	r.http = new_engine(e->o, err);
	if (!r.http)
		return -1;
	progress_start(&r.progress, e->options);
	r.slowest = slowest_open(e->options->tool);
	rc = history_queue(e->history, e->table, e->now, e->o->max_age_seconds,
			   &total, err);
	r.progress.total = total;
	while (!rc) {
		rc = fill(&r, err);
		if (rc || !http_pending(r.http))
			break;
		rc = turn(&r, err);
	}
	http_stop(r.http, true);
	while ((job = http_next(r.http)))
		free_task(&r, (struct errand_task *)job);
	while ((job = r.waiting)) {
		r.waiting = job->next;
		free_task(&r, (struct errand_task *)job);
	}
	e->left = total - e->asked;
	e->requests = http_requests(r.http);
	e->bytes = http_bytes(r.http);
	http_free(r.http);
	slowest_close(r.slowest, &r.tally, e->options);
	slowest_release(&r.tally);
	return rc;
}

int errand_run(struct errand *e, char **files, int nfiles, void *want_ctx,
	       int (*want)(void *ctx, struct record *r, struct err *err),
	       struct err *err)
{
	if (history_begin(e->history, err) ||
	    stream_each(files, nfiles, want_ctx, want, err) ||
	    history_commit(e->history, err))
		return -1;
	return e->o->due ? 0 : ask(e, err);
}
