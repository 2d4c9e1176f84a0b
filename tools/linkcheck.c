/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * linkcheck: asks which links still work. Reads permalink_url; adds url_status
 * (VALID, MOVED, REQUIRES_AUTH, DEAD, UNKNOWN), url_reason and, of MOVED links,
 * redirect_url. Artifact: the link history (--state), an SQLite file.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/num.h"
#include "corpus/datadir.h"
#include "io/atomic.h"
#include "io/stream.h"
#include "net/check.h"
#include "net/duecount.h"
#include "net/linknote.h"
#include "net/survival.h"

static const char usage[] =
    "usage: linkcheck --state DB [options] [FILE...]\n"
    "       linkcheck --state DB --due|--plan [FILE...]\n"
    "Asks which links of the records still work; adds url_status, url_reason "
    "and\n"
    "redirect_url. What is known already is taken from the history DB.\n"
    "  -s, --state DB        link history (SQLite), made where there is none\n"
    "      --offline         no network: annotate from the history alone\n"
    "      --due             print how many links are due, and end\n"
    "      --plan            the same by host, and note nothing\n"
    "      --verify          read all of the history, and end\n"
    "      --report FILE     survival by host and age as a table; \"-\": to\n"
    "                        standard output, and no records\n"
    "      --max-age AGE     ask again after AGE (7d; s, m, h, d, w)\n"
    "      --dead-after N/AGE\n"
    "                        DEAD after N failures in a row over AGE (3/14d)\n"
    "      --no-soft404      take every answer 200 for the thing itself\n"
    "      --budget-seconds N, --budget-requests N, --budget-bytes SIZE\n"
    "                        stop asking then; the rest is asked first next "
    "time\n"
    "      --rate R          requests a second and host (5; 0: any number)\n"
    "      --per-host N      requests at a time and host (4)\n"
    "      --connections N   requests at a time (64)\n"
    "      --timeout S       seconds for one request (30)\n"
    "      --patience S      seconds to wait for a host in trouble (20)\n"
    "      --allow-private   loopback and private addresses too; --rate 0\n"
    "      --allow-file      file:///path too\n"
    "      --ca-file PEM     trust these certificate authorities instead\n"
    "      --connect-to HOST:PORT:ADDRESS:PORT2\n"
    "                        connect there instead; repeatable\n"
    "  -o, --output FILE     write there, whole or not at all\n"
    "  -j, --jobs N          threads for annotating\n"
    "      --max-errors N|P% --memory SIZE --progress=auto|always|never\n"
    "  -q, --quiet  -v, --verbose  -h, --help  -V, --version\n";

struct ctx {
	struct errand_options o;
	struct options options;
	const char *report, *dead_after;
	bool trust, verify;
	struct history *history; /* the one that is written */
	struct duecount plan;
	struct soft404 *soft;
	struct check check;
	int64_t now;
	struct linknote note; /* scratch of want() */
	struct survival survival;
	pthread_mutex_t lock; /* of survival */
};

struct scratch {
	struct ctx *ctx;
	struct history *history;
	struct linknote note;
	struct survival survival;
};

static int want(void *arg, struct record *r, struct err *err)
{
	struct ctx *c = arg;
	struct linknote *n = &c->note;

	if (linknote_name(n, r, c->o.allow_file) != LINKNOTE_OK)
		return 0;
	if (c->o.plan)
		return duecount_add(
		    &c->plan,
		    duecount_host(&c->plan, span_str(&n->request), c->o.rate),
		    span_str(&n->key), span_str(&n->request), false, err);
	return history_want(c->history, HISTORY_LINKS, span_str(&n->key),
			    span_str(&n->request), err);
}

static int open_check(struct ctx *c, struct errand *e, struct err *err)
{
	struct str path = { 0 };

	if (!c->trust)
		c->soft = soft404_open(datadir_path("soft404.tsv", &path), err);
	str_release(&path);
	if (!c->trust && !c->soft)
		return -1;
	c->history = history_open(c->o.state, true, err);
	if (!c->history)
		return -1;
	c->check.history = c->history;
	c->check.soft = c->soft;
	c->check.now = c->now;
	c->check.max_age = c->o.max_age_seconds;
	check_errand(&c->check, e);
	return 0;
}

/* Everything of the network: which links are wanted, and asking for them. The
 * history stays open: its readers are faster beside a writer. */
static int refresh(struct ctx *c, char **files, int nfiles, struct err *err)
{
	struct errand e = { .o = &c->o, .options = &c->options, .now = c->now };

	if (open_check(c, &e, err) ||
	    errand_run(&e, files, nfiles, c, want, err))
		return -1;
	if (!c->o.due && !c->options.quiet)
		fprintf(stderr,
			"linkcheck: asked=%llu left=%llu requests=%llu "
			"probes=%llu bytes=%llu\n",
			(unsigned long long)e.asked, (unsigned long long)e.left,
			(unsigned long long)e.requests,
			(unsigned long long)c->check.probes,
			(unsigned long long)e.bytes);
	return 0;
}

static int verify(struct ctx *c, struct err *err)
{
	c->history = history_open(c->o.state, false, err);
	return c->history ? history_verify(c->history, err) : -1;
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

static int print_plan(struct ctx *c, char **files, int nfiles, struct err *err)
{
	c->history = history_open(c->o.state, false, err);
	c->plan.history = c->history;
	c->plan.table = HISTORY_LINKS;
	c->plan.out = stdout;
	c->plan.now = c->now;
	c->plan.max_age = c->o.max_age_seconds;
	return c->history ? duecount_run(&c->plan, files, nfiles, c, want, err)
			  : -1;
}

static void *scratch_new(void *ctx)
{
	struct scratch *s = mem_zalloc(1, sizeof(*s));

	s->ctx = ctx;
	return s;
}

static void scratch_free(void *arg)
{
	struct scratch *s = arg;

	pthread_mutex_lock(&s->ctx->lock);
	survival_merge(&s->ctx->survival, &s->survival);
	pthread_mutex_unlock(&s->ctx->lock);
	survival_release(&s->survival);
	history_close(s->history);
	linknote_release(&s->note);
	free(s);
}

static int process(void *arg, void *scratch, struct record *r, struct err *err)
{
	struct ctx *c = arg;
	struct scratch *s = scratch;

	if (!s->history && !(s->history = history_open(c->o.state, false, err)))
		return -1;
	if (linknote_set(&s->note, s->history, r, c->o.allow_file, err))
		return -1;
	if (c->report)
		survival_count(&s->survival, r);
	return 0;
}

static int write_report(struct ctx *c, struct err *err)
{
	struct atomic *a = atomic_open(c->report, err);
	struct str table = { 0 };

	if (!a)
		return -1;
	survival_write(&c->survival, &table);
	fwrite(table.p, 1, table.n, atomic_file(a));
	str_release(&table);
	return atomic_commit(a, err);
}

static int check_options(struct ctx *c, struct err *err)
{
	struct span text = span_of(c->dead_after);
	const char *slash = memchr(text.p, '/', text.n);
	struct span n = { text.p, slash ? (size_t)(slash - text.p) : 0 };
	struct span age = { text.p + n.n + 1, slash ? text.n - n.n - 1 : 0 };

	if (num_int(n, 1, 1000, &c->check.dead_failures) ||
	    errand_duration(age, &c->check.dead_seconds))
		return err_set(
		    err, ERR_USAGE, "usage",
		    "--dead-after %s: expected a number of failures, "
		    "a slash and a duration, such as 3/14d",
		    c->dead_after);
	return errand_check(&c->o, err);
}

static void release(struct ctx *c)
{
	history_close(c->history);
	check_release(&c->check);
	soft404_free(c->soft);
	survival_release(&c->survival);
	linknote_release(&c->note);
	duecount_release(&c->plan);
	errand_options_release(&c->o);
}

static int count_one(void *scratch, struct record *r, struct err *err)
{
	struct scratch *s = scratch;

	return process(s->ctx, s, r, err);
}

/* The report alone: nothing else goes to standard output. */
static int report_only(struct ctx *c, char **files, int nfiles)
{
	struct scratch *s = scratch_new(c);
	struct err err;
	int rc = stream_each(files, nfiles, s, count_one, &err);

	scratch_free(s);
	return rc || write_report(c, &err) ? options_fail(&c->options, &err)
					   : 0;
}

/* After the network: annotates. */
static int annotate_all(struct ctx *c, char **files, int nfiles)
{
	struct stream s = { .options = &c->options,
			    .ctx = c,
			    .scratch_new = scratch_new,
			    .scratch_free = scratch_free,
			    .process = process,
			    .untimed = true };
	struct err err;
	int status;

	if (c->report && !strcmp(c->report, "-") && !c->options.output)
		return report_only(c, files, nfiles);
	status = stream_run(&s, files, nfiles);
	if (c->report && status <= 1 && write_report(c, &err))
		status = options_fail(&c->options, &err);
	return status;
}

int main(int argc, char **argv)
{
	struct ctx c = { .o = ERRAND_DEFAULTS,
			 .dead_after = "3/14d",
			 .now = time(NULL),
			 .lock = PTHREAD_MUTEX_INITIALIZER };
	struct option_spec specs[] = {
		ERRAND_SPECS(c.o),
		{ "report", 0, OPTION_TEXT, &c.report, 0, 0 },
		{ "dead-after", 0, OPTION_TEXT, &c.dead_after, 0, 0 },
		{ "verify", 0, OPTION_FLAG, &c.verify, 0, 0 },
		{ "no-soft404", 0, OPTION_FLAG, &c.trust, 0, 0 },
		{ "budget-bytes", 0, OPTION_SIZE, &c.o.budget_bytes, 0, 0 },
		{ 0 }
	};
	struct errand_input in = { 0 };
	struct err err;
	int status, rc;
	int first = options_parse(&c.options, "linkcheck", usage, specs, argc,
				  argv, &status);

	if (first < 0)
		return status;
	argv += first;
	argc -= first;
	rc = check_options(&c, &err);
	if (!rc && c.verify)
		rc = verify(&c, &err);
	else if (!rc && c.o.plan)
		rc = print_plan(&c, argv, argc, &err);
	else if (!rc && c.o.due)
		rc = print_due(&c, argv, argc, &err);
	else if (!rc && !c.o.offline)
		rc = errand_input(&in, argv, argc, &err) ||
		     refresh(&c, in.files, in.nfiles, &err);
	if (rc)
		status = options_fail(&c.options, &err);
	else if (c.o.due || c.o.plan || c.verify)
		status = 0;
	else if (c.o.offline)
		status = annotate_all(&c, argv, argc);
	else
		status = annotate_all(&c, in.files, in.nfiles);
	release(&c);
	errand_input_release(&in);
	return status;
}
