/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/healingtask.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/finding.h"
#include "io/json.h"
#include "net/verdict.h"

static const double follow_least = 0.5; /* confidence worth a second look */

static int take_body(struct http_job *job, const void *p, size_t n)
{
	struct healing_task *t = job->owner;

	if (job->bytes == 0)
		str_reset(&t->body);
	str_put(&t->body, p, n);
	return 0;
}

struct healing_task *healing_task_new(void)
{
	struct healing_task *t = mem_zalloc(1, sizeof(*t));

	t->job.owner = t;
	t->job.sink = take_body;
	return t;
}

void healing_task_free(struct healing_task *t)
{
	str_release(&t->key);
	str_release(&t->question);
	str_release(&t->body);
	str_release(&t->title);
	str_release(&t->artist);
	for (int i = 0; i < CATALOGUE_FOLLOWED; i++)
		str_release(&t->parents[i]);
	str_release(&t->found);
	str_release(&t->reason);
	str_release(&t->job.url);
	str_release(&t->job.seen);
	free(t);
}

static void text_member(struct span object, const char *name, struct str *out)
{
	str_reset(out);
	json_string(json_get(object, name), out);
}

/* Reads the task's question into facts and r->asked. */
static void recall(struct healing_run *r, const struct healing_task *t)
{
	struct span q = span_str(&t->question);
	struct match_facts m;

	text_member(q, "title", &r->facts.title);
	text_member(q, "artist", &r->facts.artist);
	text_member(q, "album", &r->facts.album);
	r->facts.duration = 0;
	json_number(json_get(q, "duration"), &r->facts.duration);
	m = (struct match_facts){ .title = span_str(&r->facts.title),
				  .artist = span_str(&r->facts.artist),
				  .album = span_str(&r->facts.album),
				  .duration = r->facts.duration };
	match_read(r->asked, r->h->versions, &m);
}

static int add(struct healing_run *r, struct healing_task *t)
{
	uint64_t budget = (uint64_t)r->h->o->budget_requests;

	if (r->stopped || (budget && r->added >= budget))
		return 0;
	r->added++;
	str_reset(&t->body);
	t->job.hops = 0;
	http_add(r->engines[t->c - r->h->catalogues->at], &t->job);
	return 1;
}

int healing_ask(struct healing_run *r, struct healing_task *t)
{
	struct catalogue_question q;

	recall(r, t);
	for (; t->which < 2; t->which++) {
		if (!match_question(r->asked, t->which, &t->title, &t->artist))
			continue;
		q = (struct catalogue_question){ span_str(&t->title),
						 span_str(&t->artist),
						 span_str(&r->facts.album),
						 r->facts.duration };
		t->step = t->nparents = t->parent = 0;
		if (!catalogue_url(t->c, 0, &q, (struct span){ 0 }, &r->h->keys,
				   &t->job.url))
			continue;
		t->which++;
		return add(r, t) ? 1 : -1;
	}
	return 0;
}

static int ask_parent(struct healing_run *r, struct healing_task *t)
{
	while (t->parent < t->nparents) {
		struct span parent = span_str(&t->parents[t->parent++]);

		t->step = 1;
		if (catalogue_url(t->c, 1, NULL, parent, &r->h->keys,
				  &t->job.url))
			return add(r, t) ? 1 : -1;
	}
	return 0;
}

static double judge(struct healing_run *r, const struct catalogue_candidate *x,
		    double duration)
{
	struct match_facts m = {
		.title = span_str(&x->text[CATALOGUE_TITLE]),
		.artist = span_str(&x->text[CATALOGUE_ARTIST]),
		.album = span_str(&x->text[CATALOGUE_ALBUM]),
		.version = span_str(&x->text[CATALOGUE_VERSION]),
		.duration = duration,
	};

	match_read(r->other, r->h->versions, &m);
	return match_confidence(r->asked, r->other, &r->task->c->rule);
}

/* Keeps the likeliest candidates of step 0, the likeliest first. */
static int keep_parent(void *ctx, struct catalogue_candidate *x)
{
	struct healing_run *r = ctx;
	struct healing_task *t = r->task;
	double rank = judge(r, x, 0);
	int most = t->c->followed, at = t->nparents;
	struct str spare;

	if (rank < follow_least)
		return 0;
	while (at && t->rank[at - 1] < rank)
		at--;
	if (at == most)
		return 0;
	if (t->nparents < most)
		t->nparents++;
	spare = t->parents[t->nparents - 1];
	for (int i = t->nparents - 1; i > at; i--) {
		t->parents[i] = t->parents[i - 1];
		t->rank[i] = t->rank[i - 1];
	}
	str_reset(&spare);
	str_span(&spare, x->raw);
	t->parents[at] = spare;
	t->rank[at] = rank;
	return 0;
}

static bool useful(const struct catalogue *c,
		   const struct catalogue_candidate *x)
{
	return c->kind == CATALOGUE_LINK ? x->link.n > 0
	       : c->kind == CATALOGUE_LYRICS
		   ? x->text[CATALOGUE_LYRICS_TEXT].n > 0
		   : true;
}

static int keep_best(void *ctx, struct catalogue_candidate *x)
{
	struct healing_run *r = ctx;
	struct healing_task *t = r->task;
	double confidence;

	if (!useful(t->c, x))
		return 0;
	confidence = judge(r, x, x->duration);
	if (confidence < t->c->rule.threshold || confidence <= t->best)
		return 0;
	t->best = confidence;
	finding_write(x, confidence, &r->h->keys, r->lyrics, &t->found);
	return 0;
}

static void read_answer(struct healing_run *r, struct healing_task *t)
{
	struct span parent = { 0 };
	bool last = t->step == t->c->nsteps - 1;
	struct err err;

	if (t->job.result != HTTP_ANSWER || t->job.cut || t->job.code < 200 ||
	    t->job.code > 299) {
		/* LRCLIB and others say "no such track" with a 404. */
		if (t->job.result == HTTP_ANSWER && t->job.code == 404)
			return;
		verdict_of(&t->job, &t->reason);
		if (t->job.cut)
			str_puts(&t->reason, ", answer too long");
		t->failed = true;
		return;
	}
	recall(r, t);
	r->task = t;
	if (t->step && t->parent)
		parent = span_str(&t->parents[t->parent - 1]);
	if (catalogue_read(t->c, t->step, span_str(&t->body), parent,
			   &r->candidate, r, last ? keep_best : keep_parent,
			   &err)) {
		str_reset(&t->reason);
		str_puts(&t->reason, "answer is not JSON");
		t->failed = true;
	}
}

int healing_proceed(struct healing_run *r, struct healing_task *t)
{
	int rc;

	if (t->job.result == HTTP_STOPPED)
		return -1;
	if (!http_was_asked(&t->job)) {
		t->failed = true;
		str_reset(&t->reason);
		str_puts(&t->reason, http_result_name(t->job.result));
		return 0;
	}
	read_answer(r, t);
	if (t->failed)
		return 0;
	rc = ask_parent(r, t);
	if (rc || t->found.n)
		return rc;
	return healing_ask(r, t);
}
