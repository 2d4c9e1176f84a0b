/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * linkcheck: asks which links still work. Reads permalink_url; adds url_status
 * (VALID, MOVED, REQUIRES_AUTH, DEAD, UNKNOWN), url_reason and, of MOVED links,
 * redirect_url. Artifact: the link history (--state), an SQLite file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "io/stream.h"
#include "net/errand.h"
#include "net/verdict.h"
#include "text/url.h"

static const char usage[] =
    "usage: linkcheck --state DB [options] [FILE...]\n"
    "       linkcheck --state DB --due [FILE...]\n"
    "Asks which links of the records still work; adds url_status, url_reason "
    "and\n"
    "redirect_url. What is known already is taken from the history DB.\n"
    "  -s, --state DB        link history (SQLite), made where there is none\n"
    "      --offline         no network: annotate from the history alone\n"
    "      --due             print how many links are due, and end\n"
    "      --max-age AGE     ask again after AGE (7d; s, m, h, d, w)\n"
    "      --budget-seconds N, --budget-requests N\n"
    "                        stop asking then; the rest is asked first next "
    "time\n"
    "      --rate R          requests a second and host (5; 0: any number)\n"
    "      --per-host N      requests at a time and host (4)\n"
    "      --connections N   requests at a time (64)\n"
    "      --timeout S       seconds for one request (30)\n"
    "      --allow-private   loopback and private addresses too; --rate 0\n"
    "      --connect-to HOST:PORT:ADDRESS:PORT2\n"
    "                        connect there instead; repeatable\n"
    "  -o, --output FILE     write there, whole or not at all\n"
    "  -j, --jobs N          threads for annotating\n"
    "      --max-errors N|P% --memory SIZE --progress=auto|always|never\n"
    "  -q, --quiet  -v, --verbose  -h, --help  -V, --version\n";

struct ctx {
	struct errand_options o;
	struct options options;
	struct history *history;  /* while collecting and asking */
	struct history_link link; /* scratch of save() */
	int64_t now;
	struct str text, key, request; /* scratch of want() */
};

struct scratch {
	struct history *history;
	struct history_link link;
	struct str text, key, request;
};

static int want(void *arg, struct record *r, struct err *err)
{
	struct ctx *c = arg;

	if (!record_text(r, "permalink_url", &c->text) ||
	    url_canonical(span_str(&c->text), &c->key) ||
	    url_clean(span_str(&c->text), &c->request))
		return 0;
	return history_want(c->history, HISTORY_LINKS, span_str(&c->key),
			    span_str(&c->request), err);
}

static void begin(void *arg, struct errand_task *t)
{
	(void)arg;
	t->job.head = true;
}

static int end(void *arg, struct errand_task *t, struct err *err)
{
	(void)arg;
	(void)err;
	if (!t->job.head || !verdict_wants_get(&t->job))
		return 0;
	t->job.head = false;
	t->job.range = 1;
	return 1;
}

static void replace(struct str *s, const char *z)
{
	str_reset(s);
	str_puts(s, z);
}

/* The host was given up, or the network: what was known of the link stands. */
static void save_unasked(struct ctx *c, const struct http_job *job)
{
	struct history_link *l = &c->link;

	l->due_at = c->now + verdict_back_off(1, job->retry_after, 0);
	if (!l->checked_at) {
		replace(&l->status, verdict_name(VERDICT_UNKNOWN));
		replace(&l->reason, http_result_name(job->result));
	}
}

static int save(void *arg, struct errand_task *t, struct err *err)
{
	struct ctx *c = arg;
	struct history_link *l = &c->link;
	struct http_job *job = &t->job;
	enum verdict v;

	if (history_get_link(c->history, span_str(&t->key), l, err) < 0)
		return -1;
	if (!http_was_asked(job)) {
		save_unasked(c, job);
		return history_put_link(c->history, span_str(&t->key), l, err);
	}
	v = verdict_of(job, &l->reason);
	replace(&l->status, verdict_name(v));
	str_reset(&l->final_url);
	if (v == VERDICT_MOVED)
		str_span(&l->final_url, span_str(&job->url));
	l->code = job->code;
	l->checked_at = time(NULL);
	l->failures = v == VERDICT_UNKNOWN ? l->failures + 1 : 0;
	l->due_at = v != VERDICT_UNKNOWN
			? 0
			: l->checked_at +
			      verdict_back_off(l->failures, job->retry_after,
					       c->o.max_age_seconds);
	return history_put_link(c->history, span_str(&t->key), l, err);
}

/* Everything of the network: which links are wanted, and asking for them. */
static int refresh(struct ctx *c, char **files, int nfiles, struct err *err)
{
	struct errand e = { .o = &c->o,
			    .options = &c->options,
			    .table = HISTORY_LINKS,
			    .now = c->now,
			    .ctx = c,
			    .begin = begin,
			    .end = end,
			    .save = save };
	int rc;

	c->history = history_open(c->o.state, true, err);
	if (!c->history)
		return -1;
	e.history = c->history;
	rc = errand_run(&e, files, nfiles, c, want, err);
	if (!rc && !c->o.due && !c->options.quiet)
		fprintf(stderr,
			"linkcheck: asked=%llu left=%llu "
			"requests=%llu\n",
			(unsigned long long)e.asked, (unsigned long long)e.left,
			(unsigned long long)e.requests);
	if (!c->o.due) {
		history_close(c->history);
		c->history = NULL;
	}
	return rc;
}

static int print_due(struct ctx *c, char **files, int nfiles, struct err *err)
{
	uint64_t count;
	int rc;

	if (nfiles)
		rc = refresh(c, files, nfiles, err);
	else
		rc = (c->history = history_open(c->o.state, false, err)) ? 0
									 : -1;
	if (rc || history_due(c->history, HISTORY_LINKS, !nfiles, c->now,
			      c->o.max_age_seconds, &count, err))
		return -1;
	printf("%llu\n", (unsigned long long)count);
	return fflush(stdout) ? err_errno(err, "cannot write stdout") : 0;
}

static void *scratch_new(void *ctx)
{
	(void)ctx;
	return calloc(1, sizeof(struct scratch));
}

static void scratch_free(void *arg)
{
	struct scratch *s = arg;

	if (!s)
		return;
	history_close(s->history);
	history_link_release(&s->link);
	str_release(&s->text);
	str_release(&s->key);
	str_release(&s->request);
	free(s);
}

static void set(struct record *r, enum verdict v, struct span reason)
{
	record_set_text(r, "url_status", span_of(verdict_name(v)));
	record_set_text(r, "url_reason", reason);
	record_remove(r, "redirect_url");
}

static void annotate(struct scratch *s, struct record *r)
{
	struct span final = span_str(&s->link.final_url);

	/* Another spelling of this link was asked, and led to this one. */
	if (final.n && span_eq(final, span_str(&s->request))) {
		set(r, VERDICT_VALID, span_str(&s->link.reason));
		return;
	}
	record_set_text(r, "url_status", span_str(&s->link.status));
	record_set_text(r, "url_reason", span_str(&s->link.reason));
	if (final.n)
		record_set_text(r, "redirect_url", final);
	else
		record_remove(r, "redirect_url");
}

static int process(void *arg, void *scratch, struct record *r, struct err *err)
{
	struct ctx *c = arg;
	struct scratch *s = scratch;
	int rc;

	if (!s->history && !(s->history = history_open(c->o.state, false, err)))
		return -1;
	if (!record_text(r, "permalink_url", &s->text)) {
		set(r, VERDICT_UNKNOWN, SPAN("no url"));
		return 0;
	}
	if (url_canonical(span_str(&s->text), &s->key) ||
	    url_clean(span_str(&s->text), &s->request)) {
		set(r, VERDICT_UNKNOWN, SPAN("bad url"));
		return 0;
	}
	rc = history_get_link(s->history, span_str(&s->key), &s->link, err);
	if (rc < 0)
		return -1;
	if (rc)
		annotate(s, r);
	else
		set(r, VERDICT_UNKNOWN, SPAN("not asked"));
	return 0;
}

int main(int argc, char **argv)
{
	struct ctx c = { .o = ERRAND_DEFAULTS, .now = time(NULL) };
	struct option_spec specs[] = { ERRAND_SPECS(c.o), { 0 } };
	struct stream s = { .options = &c.options,
			    .ctx = &c,
			    .scratch_new = scratch_new,
			    .scratch_free = scratch_free,
			    .process = process };
	struct errand_input in = { 0 };
	struct err err;
	int status, rc;
	int first = options_parse(&c.options, "linkcheck", usage, specs, argc,
				  argv, &status);

	if (first < 0)
		return status;
	argv += first;
	argc -= first;
	rc = errand_check(&c.o, &err);
	if (!rc && c.o.due)
		rc = print_due(&c, argv, argc, &err);
	else if (!rc && !c.o.offline)
		rc = errand_input(&in, argv, argc, &err) ||
		     refresh(&c, in.files, in.nfiles, &err);
	if (rc)
		status = options_fail(&c.options, &err);
	else if (c.o.due)
		status = 0;
	else if (c.o.offline)
		status = stream_run(&s, argv, argc);
	else
		status = stream_run(&s, in.files, in.nfiles);
	history_close(c.history);
	history_link_release(&c.link);
	str_release(&c.text);
	str_release(&c.key);
	str_release(&c.request);
	errand_input_release(&in);
	errand_options_release(&c.o);
	return status;
}
