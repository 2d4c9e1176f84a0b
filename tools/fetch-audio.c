/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fetch-audio: fetches the first seconds of every track's sound. Reads
 * permalink_url, redirect_url, recovered_url, url_status, url_reason, audio;
 * adds audio {path, sha256} and audio_status. Artifacts: files in the store,
 * rows in the history's journal.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "audio/decode.h"
#include "base/mem.h"
#include "corpus/audiolink.h"
#include "io/json.h"
#include "io/stream.h"
#include "net/download.h"
#include "net/store.h"

#define VERIFY_SECONDS 2.0
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VERIFY_MEMORY RLIM_INFINITY /* their shadows are larger */
#else
#define VERIFY_MEMORY (1 << 30)
#endif

static const char usage[] =
    "usage: fetch-audio --state DB --store DIR [options] [FILE...]\n"
    "       fetch-audio --state DB --store DIR --due [FILE...]\n"
    "Fetches the first seconds of each track into DIR; adds audio and\n"
    "audio_status. What is fetched already is taken from there.\n"
    "  -s, --state DB        link history and fetch journal (SQLite)\n"
    "      --store DIR       audio files, named by their SHA-256\n"
    "      --seconds N       of sound (30)\n"
    "      --max-bytes SIZE  of a file (80,000 a second and 100,000)\n"
    "      --offline         no network: annotate from the journal and DIR "
    "alone\n"
    "      --due             print how many files are due, and end\n"
    "      --max-age AGE     most to wait after failures (7d; s, m, h, d, w)\n"
    "      --budget-seconds N, --budget-requests N, --budget-bytes SIZE\n"
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

struct scratch {
	struct history *history;
	struct history_fetch fetch; /* journal row */
	struct audiolink link;
	struct str path, json;
};

struct ctx {
	struct errand_options o;
	struct options options;
	const char *store, *verify;
	double seconds;
	struct download d;
	struct scratch s; /* while collecting */
	int64_t now;
};

/* The journal's row of s->link: 1 with a file in the store (s->path), 0 without
 * one, 2 where there is no row, -1. */
static int look_up(struct ctx *c, struct scratch *s, struct err *err)
{
	int rc = history_get_fetch(s->history, span_str(&s->link.key),
				   &s->fetch, err);

	if (rc <= 0)
		return rc ? -1 : 2;
	return span_is(span_str(&s->fetch.status), "ok") &&
	       !store_path(span_str(&s->fetch.sha256), span_str(&s->fetch.ext),
			   &s->path) &&
	       store_has(c->store, &s->path);
}

static int want(void *arg, struct record *r, struct err *err)
{
	struct ctx *c = arg;
	struct scratch *s = &c->s;
	int rc;

	if (audiolink_is_local(&s->link, r) ||
	    !audiolink_may_ask(&s->link, r) || !audiolink_find(&s->link, r))
		return 0;
	rc = look_up(c, s, err);
	if (rc == -1 || rc == 1)
		return rc == 1 ? 0 : -1;
	if (!rc && span_is(span_str(&s->fetch.status), "ok") &&
	    history_expire(s->history, span_str(&s->link.key), err))
		return -1;
	return history_want(s->history, HISTORY_FETCHES, span_str(&s->link.key),
			    span_str(&s->link.request), err);
}

/* The bytes are hostile: a process of its own, with little to lose, tries to
 * decode them. 1 it could, 0 it could not (or died of it), -1. */
/* The child's status when it could not be limited. Any other but 0 is a file
 * that does not decode: the child crashed, ran out of its memory or time. */
enum { UNLIMITED = 125 };

static int decodes(const char *path, struct err *err)
{
	char name[] = "fetch-audio", option[] = "--verify";
	char *argv[] = { name, option, (char *)path, NULL }, *envp[] = { NULL };
	int status;
	pid_t pid;

	if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, envp) ||
	    waitpid(pid, &status, 0) != pid ||
	    (WIFEXITED(status) && WEXITSTATUS(status) == UNLIMITED))
		return err_set(err, ERR_ENV, "spawn",
			       "cannot start a process to try the decoder");
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static int verify(const char *path)
{
	const struct rlimit cpu = { 10, 10 }, none = { 0, 0 };
	const struct rlimit memory = { VERIFY_MEMORY, VERIFY_MEMORY };
	struct sound sound = { 0 };
	struct err err;
	int rc;

	if (setrlimit(RLIMIT_CPU, &cpu) || setrlimit(RLIMIT_FSIZE, &none) ||
	    setrlimit(RLIMIT_CORE, &none) || setrlimit(RLIMIT_AS, &memory))
		return UNLIMITED;
	rc = decode_file(path, VERIFY_SECONDS, &sound, &err);
	sound_release(&sound);
	return rc ? ERR_RECORD : 0;
}

static int refresh(struct ctx *c, char **files, int nfiles, struct err *err)
{
	struct errand e = { .o = &c->o, .options = &c->options, .now = c->now };
	int rc;

	c->s.history = history_open(c->o.state, true, err);
	if (!c->s.history || store_prepare(c->store, err))
		return -1;
	c->d.store = c->store;
	c->d.history = c->s.history;
	c->d.now = c->now;
	c->d.max_age = c->o.max_age_seconds;
	c->d.decodes = decodes;
	download_errand(&c->d, &e);
	rc = errand_run(&e, files, nfiles, c, want, err);
	if (!rc && !c->o.due && !c->options.quiet)
		fprintf(stderr,
			"fetch-audio: asked=%llu left=%llu "
			"requests=%llu bytes=%zu\n",
			(unsigned long long)e.asked, (unsigned long long)e.left,
			(unsigned long long)e.requests, c->d.bytes);
	if (!c->o.due) {
		history_close(c->s.history);
		c->s.history = NULL;
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
		rc = (c->s.history = history_open(c->o.state, false, err)) ? 0
									   : -1;
	if (rc || history_due(c->s.history, HISTORY_FETCHES, !nfiles, c->now,
			      c->o.max_age_seconds, &count, err))
		return -1;
	printf("%llu\n", (unsigned long long)count);
	return fflush(stdout) ? err_errno(err, "cannot write stdout") : 0;
}

static void *scratch_new(void *ctx)
{
	(void)ctx;
	return mem_zalloc(1, sizeof(struct scratch));
}

static void scratch_release(struct scratch *s)
{
	history_close(s->history);
	history_fetch_release(&s->fetch);
	audiolink_release(&s->link);
	str_release(&s->path);
	str_release(&s->json);
}

static void scratch_free(void *s)
{
	scratch_release(s);
	free(s);
}

static void set_audio(struct scratch *s, struct record *r)
{
	str_reset(&s->json);
	str_puts(&s->json, "{\"path\":");
	json_put_string(&s->json, span_str(&s->path));
	str_puts(&s->json, ",\"sha256\":");
	json_put_string(&s->json, span_str(&s->fetch.sha256));
	str_putc(&s->json, '}');
	record_set(r, "audio", span_str(&s->json));
	record_set_text(r, "audio_status", SPAN("ok"));
}

static int process(void *arg, void *scratch, struct record *r, struct err *err)
{
	struct ctx *c = arg;
	struct scratch *s = scratch;
	struct span status;
	int rc = 2;

	if (!s->history && !(s->history = history_open(c->o.state, false, err)))
		return -1;
	if (audiolink_is_local(&s->link, r)) {
		record_set_text(r, "audio_status", SPAN("local"));
		return 0;
	}
	if (audiolink_find(&s->link, r) && (rc = look_up(c, s, err)) < 0)
		return -1;
	if (rc == 1) {
		set_audio(s, r);
		return 0;
	}
	record_remove(r, "audio");
	if (!audiolink_find(&s->link, r) || !audiolink_may_ask(&s->link, r))
		status = span_str(&s->link.why);
	else if (rc == 2)
		status = SPAN("not asked");
	else if (span_is(span_str(&s->fetch.status), "ok"))
		status = SPAN("not in the store");
	else
		status = span_str(&s->fetch.status);
	record_set_text(r, "audio_status", status);
	return 0;
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
	if (!c->d.max_bytes)
		c->d.max_bytes = (size_t)(80000 * c->seconds) + 100000;
	return 0;
}

int main(int argc, char **argv)
{
	struct ctx c = { .o = ERRAND_DEFAULTS,
			 .seconds = 30,
			 .now = time(NULL) };
	const struct option_spec specs[] = {
		ERRAND_SPECS(c.o),
		{ "store", 0, OPTION_TEXT, &c.store, 0, 0 },
		{ "seconds", 0, OPTION_REAL, &c.seconds, 0, 0 },
		{ "max-bytes", 0, OPTION_SIZE, &c.d.max_bytes, 0, 0 },
		{ "budget-bytes", 0, OPTION_SIZE, &c.d.budget, 0, 0 },
		{ "verify", 0, OPTION_TEXT, &c.verify, 0, 0 },
		{ 0 }
	};
	struct stream s = { .options = &c.options,
			    .ctx = &c,
			    .scratch_new = scratch_new,
			    .scratch_free = scratch_free,
			    .process = process };
	struct errand_input in = { 0 };
	struct err err;
	int status, rc;
	int first = options_parse(&c.options, "fetch-audio", usage, specs, argc,
				  argv, &status);

	if (first < 0)
		return status;
	if (c.verify)
		return verify(c.verify);
	argv += first;
	argc -= first;
	rc = check(&c, &err);
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
	scratch_release(&c.s);
	download_release(&c.d);
	errand_input_release(&in);
	errand_options_release(&c.o);
	return status;
}
