/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fetch-audio: fetches the first seconds of every track's sound. Reads title,
 * permalink_url, redirect_url, recovered_url, url_status, url_reason, audio;
 * adds audio {path, sha256} and audio_status. Artifacts: files in the store,
 * rows in the history's journal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "audio/listener.h"
#include "base/mem.h"
#include "corpus/fetched.h"
#include "io/stream.h"
#include "net/download.h"
#include "net/duecount.h"
#include "net/resolver.h"

#define VERIFY_SECONDS 2.0

static const char usage[] =
    "usage: fetch-audio --state DB --store DIR [options] [FILE...]\n"
    "       fetch-audio --state DB --store DIR --due|--plan [FILE...]\n"
    "       fetch-audio --state DB --store DIR --evict --quota SIZE\n"
    "                   --features FILE...\n"
    "Fetches the first seconds of each track into DIR; adds audio and\n"
    "audio_status. What is fetched already is taken from there.\n"
    "  -s, --state DB        link history and fetch journal (SQLite)\n"
    "      --store DIR       audio files, named by their SHA-256\n"
    "      --seconds N       of sound (30)\n"
    "      --max-bytes SIZE  of a file (180,000 a second and 2M)\n"
    "      --resolver CMD    ask this program for a page's sound: "
    "CMD -- URL\n"
    "      --resolver-timeout S\n"
    "                        seconds for it (30)\n"
    "      --offline         no network: annotate from the journal and DIR "
    "alone\n"
    "      --due             print how many files are due, and end\n"
    "      --plan            the same by host, and note nothing\n"
    "      --max-age AGE     most to wait after failures (7d; s, m, h, d, w)\n"
    "      --quota SIZE      of DIR: what the --features have heard makes "
    "room,\n"
    "                        oldest first; without room nothing is asked\n"
    "      --features FILE   feature file of the sound; repeatable\n"
    "      --evict           make room only, ask nothing, and end\n"
    "      --refetch         what was evicted, too\n"
    "      --budget-seconds N, --budget-requests N, --budget-bytes SIZE\n"
    "                        stop asking then; the rest is asked first next "
    "time\n"
    "      --rate R          requests a second and host (5; 0: any number)\n"
    "      --per-host N      requests at a time and host (4)\n"
    "      --connections N   requests at a time (64)\n"
    "      --timeout S       seconds for one request (30)\n"
    "      --patience S      most to wait for a host in trouble (20)\n"
    "      --ca-file FILE    certificates to trust instead of the system's\n"
    "      --allow-file      file:///path, too\n"
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
	const char *store, *resolver;
	double seconds, resolver_timeout;
	size_t max_bytes;
	struct option_list features;
	bool evict, refetch;
	int64_t now;
	struct fetched f; /* while collecting and asking */
	struct duecount plan;
	struct str title;
	struct quota quota;
	struct download d;
	struct listener *listener;
	struct heard heard;
};

static int want(void *arg, struct record *r, struct err *err)
{
	struct ctx *c = arg;
	struct fetched *f = &c->f;
	struct span key;
	int state;

	if (audiolink_is_local(&f->link, r) ||
	    !audiolink_may_ask(&f->link, r) || !audiolink_find(&f->link, r))
		return 0;
	state = fetched_look_up(f, c->store, err);
	key = span_str(&f->link.key);
	if (state < 0)
		return -1;
	if (state == FETCHED || (state == FETCHED_EVICTED && !c->refetch))
		return 0;
	if (c->o.plan)
		return duecount_add(
		    &c->plan,
		    duecount_host(&c->plan, span_str(&f->link.request),
				  c->o.rate),
		    key, span_str(&f->link.request),
		    state == FETCHED_GONE || state == FETCHED_EVICTED, err);
	if ((state == FETCHED_GONE || state == FETCHED_EVICTED) &&
	    history_expire(f->history, key, err))
		return -1;
	if (!c->o.due && record_text(r, "title", &c->title) &&
	    history_note_title(f->history, key, span_str(&c->title), err))
		return -1;
	return history_want(f->history, HISTORY_FETCHES, key,
			    span_str(&f->link.request), err);
}

static int decodes(void *arg, int fd, struct err *err)
{
	struct ctx *c = arg;

	if (!listener_hear(c->listener, fd, LISTENER_DECODES, &c->heard, err))
		return 1;
	return err->status == ERR_RECORD ? 0 : -1;
}

/* The journal, the store and its quota: 1 there is room, 0, -1. */
static int prepare(struct ctx *c, struct err *err)
{
	c->f.history = history_open(c->o.state, true, err);
	if (!c->f.history || store_prepare(c->store, c->now, err))
		return -1;
	c->quota.store = c->store;
	c->quota.history = c->f.history;
	if (c->quota.limit &&
	    quota_open(&c->quota, c->features.items, c->features.count, err))
		return -1;
	return c->o.due ? 1 : quota_keep(&c->quota, err);
}

static int refresh(struct ctx *c, char **files, int nfiles, struct err *err)
{
	struct errand e = { .o = &c->o, .options = &c->options, .now = c->now };
	int rc = prepare(c, err);

	if (rc < 0)
		return -1;
	c->listener = listener_new(VERIFY_SECONDS);
	c->d = (struct download){
		.o = { c->store, c->seconds, c->max_bytes },
		.history = c->f.history,
		.quota = &c->quota,
		.resolver = c->resolver,
		.resolver_timeout = c->resolver_timeout,
		.now = c->now,
		.max_age = c->o.max_age_seconds,
		.decodes = decodes,
		.ctx = c,
	};
	rc = rc && !c->evict
		 ? download_run(&c->d, &e, files, nfiles, c, want, err)
		 : 0;
	if (!rc && !c->o.due && !c->options.quiet)
		fprintf(stderr,
			"fetch-audio: asked=%llu left=%llu requests=%llu "
			"bytes=%llu evicted=%llu\n",
			(unsigned long long)e.asked, (unsigned long long)e.left,
			(unsigned long long)e.requests,
			(unsigned long long)e.bytes,
			(unsigned long long)c->quota.evicted);
	return rc;
}

static int print_due(struct ctx *c, char **files, int nfiles, struct err *err)
{
	uint64_t count;
	int rc;

	if (nfiles)
		rc = refresh(c, files, nfiles, err);
	else
		rc = (c->f.history = history_open(c->o.state, false, err)) ? 0
									   : -1;
	if (rc || history_due(c->f.history, HISTORY_FETCHES, !nfiles, c->now,
			      c->o.max_age_seconds, &count, err))
		return -1;
	printf("%llu\n", (unsigned long long)count);
	return fflush(stdout) ? err_errno(err, "cannot write stdout") : 0;
}

static int print_plan(struct ctx *c, char **files, int nfiles, struct err *err)
{
	c->f.history = history_open(c->o.state, false, err);
	c->plan.history = c->f.history;
	c->plan.table = HISTORY_FETCHES;
	c->plan.out = stdout;
	c->plan.now = c->now;
	c->plan.max_age = c->o.max_age_seconds;
	return c->f.history
		   ? duecount_run(&c->plan, files, nfiles, c, want, err)
		   : -1;
}

static void *scratch_new(void *ctx)
{
	struct fetched *f = mem_zalloc(1, sizeof(*f));

	f->link.files = ((struct ctx *)ctx)->f.link.files;
	return f;
}

static void scratch_free(void *f)
{
	fetched_release(f);
	free(f);
}

static int process(void *arg, void *scratch, struct record *r, struct err *err)
{
	struct ctx *c = arg;
	struct fetched *f = scratch;

	if (!f->history && !(f->history = history_open(c->o.state, false, err)))
		return -1;
	return fetched_annotate(f, c->store, r, err);
}

static int check(struct ctx *c, struct err *err)
{
	if (errand_check(&c->o, err))
		return -1;
	if (!c->store)
		return err_set(err, ERR_USAGE, "usage",
			       "--store DIR is "
			       "missing: the folder for the audio files");
	if (c->seconds <= 0 || c->seconds > 3600)
		return err_set(err, ERR_USAGE, "usage",
			       "--seconds %g: "
			       "expected up to 3600",
			       c->seconds);
	if (c->resolver_timeout < 0.01 || c->resolver_timeout > 3600)
		return err_set(err, ERR_USAGE, "usage",
			       "--resolver-timeout %g: expected 0.01 to 3600",
			       c->resolver_timeout);
	if (c->evict && (!c->quota.limit || !c->features.count))
		return err_set(err, ERR_USAGE, "usage",
			       "--evict: --quota SIZE and --features FILE "
			       "are missing");
	if (c->resolver && !c->o.offline && resolver_check(c->resolver, err))
		return -1;
	if (!c->max_bytes)
		c->max_bytes = (size_t)(180000 * c->seconds) + 2000000;
	return 0;
}

int main(int argc, char **argv)
{
	struct ctx c = { .o = ERRAND_DEFAULTS,
			 .seconds = 30,
			 .resolver_timeout = 30,
			 .now = time(NULL) };
	const struct option_spec specs[] = {
		ERRAND_SPECS(c.o),
		{ "store", 0, OPTION_TEXT, &c.store, 0, 0 },
		{ "seconds", 0, OPTION_REAL, &c.seconds, 0, 0 },
		{ "max-bytes", 0, OPTION_SIZE, &c.max_bytes, 0, 0 },
		{ "budget-bytes", 0, OPTION_SIZE, &c.o.budget_bytes, 0, 0 },
		{ "resolver", 0, OPTION_TEXT, &c.resolver, 0, 0 },
		{ "resolver-timeout", 0, OPTION_REAL, &c.resolver_timeout, 0,
		  0 },
		{ "quota", 0, OPTION_SIZE, &c.quota.limit, 0, 0 },
		{ "features", 0, OPTION_LIST, &c.features, 0, 0 },
		{ "evict", 0, OPTION_FLAG, &c.evict, 0, 0 },
		{ "refetch", 0, OPTION_FLAG, &c.refetch, 0, 0 },
		{ 0 }
	};
	struct stream s = { .options = &c.options,
			    .ctx = &c,
			    .scratch_new = scratch_new,
			    .scratch_free = scratch_free,
			    .process = process,
			    .untimed = true };
	struct errand_input in = { 0 };
	struct err err;
	int status, rc;
	int first = options_parse(&c.options, "fetch-audio", usage, specs, argc,
				  argv, &status);

	if (first < 0)
		return status;
	argv += first;
	argc -= first;
	c.f.link.files = c.o.allow_file;
	rc = check(&c, &err);
	if (!rc && c.o.plan)
		rc = print_plan(&c, argv, argc, &err);
	else if (!rc && c.o.due)
		rc = print_due(&c, argv, argc, &err);
	else if (!rc && c.evict)
		rc = refresh(&c, NULL, 0, &err);
	else if (!rc && !c.o.offline)
		rc = errand_input(&in, argv, argc, &err) ||
		     refresh(&c, in.files, in.nfiles, &err);
	fetched_release(&c.f);
	if (rc)
		status = options_fail(&c.options, &err);
	else if (c.o.due || c.o.plan || c.evict)
		status = 0;
	else if (c.o.offline)
		status = stream_run(&s, argv, argc);
	else
		status = stream_run(&s, in.files, in.nfiles);
	str_release(&c.title);
	duecount_release(&c.plan);
	quota_release(&c.quota);
	download_release(&c.d);
	listener_free(c.listener);
	heard_release(&c.heard);
	free(c.features.items);
	errand_input_release(&in);
	errand_options_release(&c.o);
	return status;
}
