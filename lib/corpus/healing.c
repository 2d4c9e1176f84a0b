/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/healing.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "corpus/datadir.h"
#include "corpus/healingtask.h"
#include "io/json.h"
#include "io/stream.h"
#include "net/address.h"
#include "net/verdict.h"

enum { WINDOW = 64, DAY = 86400, WEEK = 7 * DAY };

static const double turn_seconds = 0.25, turn_shared = 0.01;

void healing_release(struct healing *h)
{
	healed_facts_release(&h->facts);
	str_release(&h->text);
	str_release(&h->url);
	str_release(&h->key);
	str_release(&h->question);
	match_name_free(h->name);
}

void healing_question(const struct healed_facts *f, struct str *out)
{
	str_reset(out);
	str_puts(out, "{\"title\":");
	json_put_string(out, span_str(&f->title));
	str_puts(out, ",\"artist\":");
	json_put_string(out, span_str(&f->artist));
	str_puts(out, ",\"album\":");
	json_put_string(out, span_str(&f->album));
	str_puts(out, ",\"duration\":");
	json_put_number(out, f->duration, 3);
	str_putc(out, '}');
}

/* A title alone names no recording. */
static bool may_ask(struct healing *h)
{
	struct match_facts m = { .title = span_str(&h->facts.title),
				 .artist = span_str(&h->facts.artist) };

	if (!h->name)
		h->name = match_name_new();
	match_read(h->name, h->versions, &m);
	return match_question(h->name, 0, &h->text, &h->key) ||
	       match_question(h->name, 1, &h->text, &h->key);
}

/* A lower rate than the catalogue's may be asked for, a higher one may not. */
static double rate_of(const struct errand_options *o, const struct catalogue *c)
{
	if (o->rate > 0 && o->rate < c->rate)
		return o->rate;
	return o->allow_private && o->rate == 0 ? 0 : c->rate;
}

/* Notes a question, its key in h->key, or counts it. */
static int wish(struct healing *h, const struct catalogue *c, struct err *err)
{
	struct span key = span_str(&h->key), question = span_str(&h->question);

	if (h->plan)
		return duecount_add(
		    h->plan,
		    duecount_place(h->plan, span_of(c->name), rate_of(h->o, c)),
		    key, question, false, err);
	return history_want(h->history, HISTORY_RECOVERIES, key, question, err);
}

static int want(void *ctx, struct record *r, struct err *err)
{
	struct healing *h = ctx;
	unsigned kinds = healed_wants(r, h->living) & h->kinds;

	if (!kinds || !healed_key(r, &h->text, &h->url))
		return 0;
	healed_facts_read(&h->facts, r);
	if (!may_ask(h))
		return 0;
	healing_question(&h->facts, &h->question);
	for (int i = 0; i < h->catalogues->count; i++) {
		const struct catalogue *c = &h->catalogues->at[i];

		if (!(kinds >> c->kind & 1))
			continue;
		if (!(h->able >> i & 1)) {
			h->missed |= UINT64_C(1) << i;
			continue;
		}
		recovery_key(span_of(c->name), span_str(&h->url), &h->key);
		if (wish(h, c, err))
			return -1;
	}
	return 0;
}

static void set(struct str *s, const char *z)
{
	str_reset(s);
	str_puts(s, z);
}

static int save(struct healing_run *r, struct healing_task *t, struct err *err)
{
	struct recovery *row = &r->row;
	int rc = recovery_get(r->h->history, span_str(&t->key), row, err);
	bool asked = http_was_asked(&t->job) || !t->failed;
	int64_t now = time(NULL);

	if (rc <= 0)
		return rc;
	if (t->failed) {
		/* An answer to the same question stands. */
		if (!span_eq(span_str(&row->asked), span_str(&t->question)) ||
		    (!span_is(span_str(&row->answer), "found") &&
		     !span_is(span_str(&row->answer), "none"))) {
			set(&row->answer, "failed");
			str_reset(&row->found);
		}
		row->failures += asked;
		row->due_at = now + verdict_back_off(
					row->failures > 0 ? row->failures : 1,
					t->job.retry_after, WEEK);
	} else {
		set(&row->answer, t->found.n ? "found" : "none");
		str_reset(&row->found);
		str_span(&row->found, span_str(&t->found));
		row->failures = 0;
		row->due_at = t->found.n ? HISTORY_NEVER
					 : now + (int64_t)t->c->days * DAY;
	}
	str_reset(&row->reason);
	str_span(&row->reason, span_str(&t->reason));
	str_reset(&row->asked);
	str_span(&row->asked, span_str(&t->question));
	if (asked)
		row->asked_at = now;
	r->h->asked += asked;
	r->h->found += !t->failed && t->found.n;
	r->progress.in++;
	slowest_note(r->slowest, &r->tally, span_str(&t->job.url),
		     t->job.seconds);
	return recovery_put(r->h->history, span_str(&t->key), row, err);
}

/* Takes back what has ended; answers are written in one transaction. */
static int settle(struct healing_run *r, struct http *engine, struct err *err)
{
	struct http_job *job;
	bool open = false;
	int rc = 0;

	while ((job = http_next(engine))) {
		struct healing_task *t = job->owner;
		int more = rc ? -1 : healing_proceed(r, t);

		if (more > 0)
			continue;
		if (!more && !open) {
			rc = history_begin(r->h->history, err);
			open = !rc;
		}
		if (!more && !rc)
			rc = save(r, t, err);
		r->h->left += more < 0;
		healing_task_free(t);
	}
	if (open && history_commit(r->h->history, rc ? NULL : err))
		rc = -1;
	return rc;
}

/* A question nobody can be asked (no title in it) has no answer. */
static int save_unasked(struct healing_run *r, struct healing_task *t,
			struct err *err)
{
	int rc = history_begin(r->h->history, err) || save(r, t, err);

	return history_commit(r->h->history, rc ? NULL : err) || rc ? -1 : 0;
}

static int start_task(struct healing_run *r, struct healing_task *t,
		      struct err *err)
{
	int rc;

	t->c = catalogues_find(r->h->catalogues,
			       recovery_catalogue(span_str(&t->key)));
	t->job.limit = t->c ? t->c->limit : 0;
	if (t->c && (r->h->able >> (t->c - r->h->catalogues->at) & 1)) {
		rc = healing_ask(r, t);
		if (rc > 0)
			return 0;
		if (!rc) {
			rc = save_unasked(r, t, err);
			healing_task_free(t);
			return rc;
		}
		r->h->left++;
	}
	healing_task_free(t);
	return 0;
}

static size_t pending(const struct healing_run *r)
{
	size_t n = 0;

	for (int i = 0; i < CATALOGUES; i++)
		if (r->engines[i])
			n += http_pending(r->engines[i]);
	return n;
}

static int fill_up(struct healing_run *r, struct err *err)
{
	size_t most = WINDOW * (size_t)r->h->catalogues->count;
	uint64_t budget = (uint64_t)r->h->o->budget_requests;

	while (!r->dry && !r->stopped && pending(r) < most) {
		struct healing_task *t;
		int rc;

		if (budget && r->added >= budget) {
			r->stopped = true;
			break;
		}
		t = healing_task_new();
		rc = history_next(r->h->history, &t->key, &t->question, err);
		if (rc != 1) {
			r->dry = true;
			healing_task_free(t);
			return rc;
		}
		if (start_task(r, t, err))
			return -1;
	}
	return 0;
}

static bool nobody_reads(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO };

	return poll(&p, 1, 0) > 0 && (p.revents & POLLERR);
}

/* One engine after the other: each waits a little, all of them together not
 * longer than a turn. */
static int turn(struct healing_run *r, struct err *err)
{
	double budget = r->h->o->budget_seconds;
	int busy = 0;

	for (int i = 0; i < CATALOGUES; i++)
		busy += r->engines[i] && http_pending(r->engines[i]) > 0;
	for (int i = 0; i < CATALOGUES; i++) {
		if (!r->engines[i] || !http_pending(r->engines[i]))
			continue;
		if (http_turn(r->engines[i],
			      busy > 1 ? turn_shared : turn_seconds, err) ||
		    settle(r, r->engines[i], err))
			return -1;
	}
	if (!r->stopped && budget > 0 &&
	    progress_clock() - r->start >= budget) {
		r->stopped = true;
		for (int i = 0; i < CATALOGUES; i++)
			if (r->engines[i])
				http_stop(r->engines[i], true);
	}
	if (nobody_reads())
		return err_set(err, ERR_ENV, "pipe",
			       "nobody reads standard output any more");
	progress_show(&r->progress);
	return 0;
}

static int start_engines(struct healing_run *r, struct err *err)
{
	const struct errand_options *o = r->h->o;
	int rc = 0;

	for (int i = 0; i < r->h->catalogues->count && !rc; i++) {
		const struct catalogue *c = &r->h->catalogues->at[i];
		struct http_options h = {
			.connections = o->per_host,
			.per_host = o->per_host,
			.rate = rate_of(o, c),
			.timeout = o->timeout,
			.allow = o->allow_private ? NULL : address_is_public,
			.connect_to = o->connect_to.items,
			.nconnect_to = o->connect_to.count,
		};

		if (!(r->h->able >> i & 1))
			continue;
		catalogue_agent(c, &r->h->keys, "moodpipe/" MOODPIPE_VERSION,
				&r->agents[i]);
		h.agent = str_z(&r->agents[i]);
		r->engines[i] = http_new(&h, err);
		rc = r->engines[i] ? 0 : -1;
	}
	return rc;
}

static void run_release(struct healing_run *r)
{
	for (int i = 0; i < CATALOGUES; i++) {
		struct http_job *job;

		str_release(&r->agents[i]);
		if (!r->engines[i])
			continue;
		http_stop(r->engines[i], true);
		while ((job = http_next(r->engines[i])))
			healing_task_free(job->owner);
		r->h->requests += http_requests(r->engines[i]);
		http_free(r->engines[i]);
	}
	match_name_free(r->asked);
	match_name_free(r->other);
	healed_facts_release(&r->facts);
	catalogue_candidate_release(&r->candidate);
	recovery_release(&r->row);
	lyrics_free(r->lyrics);
}

static int read_marks(struct healing_run *r, struct err *err)
{
	struct str path = { 0 };

	r->lyrics = lyrics_new(datadir_path("lyrics-marks.tsv", &path), err);
	str_release(&path);
	return r->lyrics ? 0 : -1;
}

static int ask(struct healing *h, struct err *err)
{
	struct healing_run r = { .h = h, .start = progress_clock() };
	uint64_t count = 0;
	int rc;

	rc = history_queue(h->history, HISTORY_RECOVERIES, h->now, 0, &count,
			   err);
	progress_start(&r.progress, h->options);
	r.slowest = slowest_open(h->options->tool);
	r.progress.total = count;
	r.asked = match_name_new();
	r.other = match_name_new();
	if (!rc)
		rc = read_marks(&r, err);
	if (!rc)
		rc = start_engines(&r, err);
	while (!rc) {
		rc = fill_up(&r, err);
		if (rc || !pending(&r))
			break;
		rc = turn(&r, err);
	}
	run_release(&r);
	slowest_close(r.slowest, &r.tally, h->options);
	slowest_release(&r.tally);
	h->left = count - r.progress.in;
	return rc;
}

static int count(struct healing *h, char **files, int nfiles, struct err *err)
{
	const struct catalogue *c = h->catalogues->at;

	h->plan->history = h->history;
	h->plan->table = HISTORY_RECOVERIES;
	h->plan->now = h->now;
	for (int i = 0; i < h->catalogues->count; i++, c++)
		if (h->able >> i & 1)
			duecount_place(h->plan, span_of(c->name),
				       rate_of(h->o, c));
	return duecount_run(h->plan, files, nfiles, h, want, err);
}

int healing_run(struct healing *h, char **files, int nfiles, struct err *err)
{
	if (h->plan)
		return count(h, files, nfiles, err);
	if (history_begin(h->history, err) ||
	    stream_each(files, nfiles, h, want, err) ||
	    history_commit(h->history, err))
		return -1;
	return h->o->due ? 0 : ask(h, err);
}
