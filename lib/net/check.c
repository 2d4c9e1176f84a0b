/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/check.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "base/mem.h"
#include "text/url.h"

#define SITES 65536 /* a power of two */

const char check_soft[] = "soft 404", check_same[] = "one page for all";

/* What is known of a host's missing pages; direct-mapped, so that memory does
 * not grow with the hosts: who is pushed out is probed once more. */
struct check_site {
	uint64_t host; /* hash, 0: empty */
	uint64_t final;
	struct soft404_page page;
	enum { ASKED = 1, HONEST, SHOWN, SILENT } state;
};

enum phase { HEAD, CONFIRM, PAGE, PROBE, WAITING };

struct extra { /* of a task */
	enum phase phase;
	struct str asked; /* the URL at first */
	struct str body;
	struct soft404_page page;
	/* Of the link, while its host's probe is asked. */
	struct str final;
	enum http_result result;
	long code;
	int hops;
	enum verdict verdict;
	const char *why; /* instead of the verdict's own reason, or NULL */
	bool probed;     /* this task's own probe has been */
};

static int take_body(struct http_job *job, const void *p, size_t n)
{
	struct extra *x = ((struct errand_task *)job)->extra;

	if (!job->bytes)
		str_reset(&x->body);
	str_put(&x->body, p, n);
	return 0;
}

static void begin(void *arg, struct errand_task *t)
{
	struct extra *x = mem_zalloc(1, sizeof(*x));

	(void)arg;
	t->extra = x;
	t->job.head = true;
	str_span(&x->asked, span_str(&t->job.url));
}

static void drop(void *arg, struct errand_task *t)
{
	struct extra *x = t->extra;

	(void)arg;
	str_release(&x->asked);
	str_release(&x->body);
	str_release(&x->final);
	free(x);
}

static bool is_fine(const struct http_job *job)
{
	return job->result == HTTP_ANSWER && job->code >= 200 &&
	       job->code < 300;
}

static bool is_page(const struct http_job *job)
{
	return is_fine(job) && job->code != 204 &&
	       (!strcmp(job->type, "text/html") ||
		!strcmp(job->type, "application/xhtml+xml"));
}

static void replace(struct str *s, struct span text)
{
	str_reset(s);
	str_span(s, text);
}

static int ask(struct errand_task *t, enum phase phase, size_t bytes)
{
	struct http_job *job = &t->job;
	struct extra *x = t->extra;

	x->phase = phase;
	job->head = false;
	job->range = bytes;
	if (phase == CONFIRM)
		return 1;
	job->limit = bytes;
	job->sink = take_body;
	str_reset(&x->body);
	return 1;
}

/* Sites */

static uint64_t host_key(struct span url)
{
	struct url u;
	uint64_t key[2];

	if (url_parse(url, &u))
		return 1;
	key[0] = hash_mix(u.host.p, u.host.n);
	key[1] = (uint64_t)u.port;
	return hash_mix(key, sizeof(key)) | 1;
}

static struct check_site *site_of(struct check *c, const struct extra *x)
{
	uint64_t key = host_key(span_str(&x->asked));
	struct check_site *s = &c->sites[(key >> 1) & (SITES - 1)];

	if (s->host != key)
		*s = (struct check_site){ .host = key };
	return s;
}

static int start_probe(struct check *c, struct errand_task *t)
{
	struct http_job *job = &t->job;
	struct extra *x = t->extra;

	replace(&x->final, span_str(&job->url));
	x->result = job->result;
	x->code = job->code;
	x->hops = job->hops;
	if (soft404_probe(span_str(&x->asked), &job->url))
		return 0;
	replace(&job->seen, SPAN("\n")); /* a chain of its own */
	site_of(c, x)->state = ASKED;
	x->probed = true;
	c->probes++;
	job->hops = 0;
	job->alone = true;
	return ask(t, PROBE, SOFT404_BODY);
}

static void end_probe(struct check *c, struct errand_task *t)
{
	struct http_job *job = &t->job;
	struct extra *x = t->extra;
	struct check_site *s = site_of(c, x);

	s->state =
	    job->result == HTTP_ANSWER && (job->code == 404 || job->code == 410)
		? HONEST
	    : is_fine(job) ? SHOWN
			   : SILENT;
	if (s->state == SHOWN) {
		soft404_look(c->soft, span_str(&x->body), span_str(&job->url),
			     &s->page);
		s->final = job->hops ? hash_mix(job->url.p, job->url.n) : 0;
	}
	str_release(&x->body);
	replace(&job->url, span_str(&x->final));
	job->result = x->result;
	job->code = x->code;
	job->hops = x->hops;
	job->alone = false;
	c->errand->recheck = true;
}

/* Verdicts */

static int say(struct extra *x, enum verdict v, const char *why)
{
	x->verdict = v;
	x->why = why;
	return 0;
}

static int judge(struct check *c, struct errand_task *t)
{
	struct http_job *job = &t->job;
	struct extra *x = t->extra;
	const struct check_site *s = site_of(c, x);

	if (!s->state && !x->probed)
		return start_probe(c, t);
	if (s->state == ASKED) {
		x->phase = WAITING;
		return 2;
	}
	if (x->page.says_so && s->state != HONEST)
		return say(x, VERDICT_UNKNOWN, CHECK_SOFT);
	if (s->state != SHOWN)
		return 0;
	if (s->final && job->hops &&
	    s->final == hash_mix(job->url.p, job->url.n))
		return say(x, VERDICT_UNKNOWN, CHECK_SOFT);
	if (soft404_same(&s->page, &x->page))
		return say(x, VERDICT_UNKNOWN, CHECK_SAME);
	return 0;
}

/* A page has come, or a part of it. */
static int look(struct check *c, struct errand_task *t)
{
	struct http_job *job = &t->job;
	struct extra *x = t->extra;
	enum soft404_place place;

	if (job->result != HTTP_ANSWER && http_was_asked(job)) {
		/* What the head said stands. */
		job->result = HTTP_ANSWER;
		job->code = job->code ? job->code : x->code;
	}
	if (is_fine(job) && x->code)
		job->code = x->code; /* not 206 of our own making */
	x->verdict = verdict_of(job, &c->link.reason);
	if (!is_fine(job))
		return 0;
	place = job->hops ? soft404_place(c->soft, span_str(&x->asked),
					  span_str(&job->url))
			  : SOFT404_ELSEWHERE;
	if (place == SOFT404_LOGIN)
		return say(x, VERDICT_REQUIRES_AUTH, "login page");
	if (place == SOFT404_MISSING)
		return say(x, VERDICT_UNKNOWN, CHECK_SOFT);
	soft404_look(c->soft, span_str(&x->body), span_str(&x->asked),
		     &x->page);
	str_release(&x->body);
	return judge(c, t);
}

static int end(void *arg, struct errand_task *t, struct err *err)
{
	struct check *c = arg;
	struct extra *x = t->extra;
	struct http_job *job = &t->job;

	(void)err;
	switch (x->phase) {
	case HEAD:
		if (verdict_wants_get(job))
			return ask(t, CONFIRM, 1);
		/* fall through */
	case CONFIRM:
		x->verdict = verdict_of(job, &c->link.reason);
		x->code = job->code;
		return c->soft && is_page(job) ? ask(t, PAGE, SOFT404_BODY) : 0;
	case PAGE:
		return look(c, t);
	case PROBE:
		end_probe(c, t);
		/* fall through */
	case WAITING:
		return judge(c, t);
	}
	return 0;
}

/* True where an UNKNOWN says something about the link itself. */
static bool is_failure(const struct http_job *job, const struct extra *x)
{
	if (x->why)
		return x->why != CHECK_SAME;
	if (job->result == HTTP_PRIVATE || job->result == HTTP_SCHEME)
		return false;
	return job->result != HTTP_ANSWER ||
	       !(job->code == 429 ||
		 (job->code == 503 && job->retry_after > 0));
}

/* Counts failures in a row; enough of them over long enough are proof. */
static enum verdict count(struct check *c, const struct http_job *job,
			  const struct extra *x)
{
	struct history_link *l = &c->link;

	if (x->verdict != VERDICT_UNKNOWN) {
		l->failures = 0;
		l->first_failure_at = 0;
		return x->verdict;
	}
	if (!is_failure(job, x)) {
		l->failures = 1;
		l->first_failure_at = 0;
		return x->verdict;
	}
	l->failures = l->first_failure_at ? l->failures + 1 : 1;
	if (!l->first_failure_at)
		l->first_failure_at = l->checked_at;
	if (l->failures < c->dead_failures ||
	    l->checked_at - l->first_failure_at < c->dead_seconds)
		return x->verdict;
	str_puts(&l->reason, ", lasting");
	return VERDICT_DEAD;
}

/* Up to an eighth less, by link and attempt: what failed together does not come
 * back together. */
static int64_t back_off(const struct check *c, const struct errand_task *t)
{
	uint64_t key[2] = { hash_mix(t->key.p, t->key.n),
			    (uint64_t)c->link.failures };
	int64_t wait = verdict_back_off(c->link.failures, 0, c->max_age);

	wait -= (int64_t)(hash_mix(key, sizeof(key)) % 1024) * wait / 8192;
	return wait < t->job.retry_after
		   ? verdict_back_off(c->link.failures, t->job.retry_after,
				      c->max_age)
		   : wait;
}

/* The host was given up, or the network: what was known of the link stands. */
static void save_unasked(struct check *c, const struct http_job *job)
{
	struct history_link *l = &c->link;

	l->due_at = c->now + verdict_back_off(1, job->retry_after, 0);
	if (!l->checked_at) {
		replace(&l->status, span_of(verdict_name(VERDICT_UNKNOWN)));
		replace(&l->reason, span_of(http_result_name(job->result)));
	}
}

static int save(void *arg, struct errand_task *t, struct err *err)
{
	struct check *c = arg;
	struct history_link *l = &c->link;
	struct http_job *job = &t->job;
	const struct extra *x = t->extra;
	enum verdict v;

	if (history_get_link(c->history, span_str(&t->key), l, err) < 0)
		return -1;
	if (!http_was_asked(job)) {
		save_unasked(c, job);
		return history_put_link(c->history, span_str(&t->key), l, err);
	}
	l->checked_at = time(NULL);
	l->code = job->code;
	verdict_of(job, &l->reason);
	if (x->why)
		replace(&l->reason, span_of(x->why));
	v = count(c, job, x);
	replace(&l->status, span_of(verdict_name(v)));
	str_reset(&l->final_url);
	if (v == VERDICT_MOVED)
		str_span(&l->final_url, span_str(&job->url));
	l->due_at = v != VERDICT_UNKNOWN ? 0
		    : is_failure(job, x) || job->retry_after > 0
			? l->checked_at + back_off(c, t)
			: l->checked_at + c->max_age;
	return history_put_link(c->history, span_str(&t->key), l, err);
}

void check_errand(struct check *c, struct errand *e)
{
	c->errand = e;
	c->sites = c->soft ? mem_zalloc(SITES, sizeof(*c->sites)) : NULL;
	e->ctx = c;
	e->history = c->history;
	e->table = HISTORY_LINKS;
	e->begin = begin;
	e->end = end;
	e->save = save;
	e->drop = drop;
}

void check_release(struct check *c)
{
	free(c->sites);
	c->sites = NULL;
	history_link_release(&c->link);
}
