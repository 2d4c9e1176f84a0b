/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * heal: finds what is lost or missing elsewhere. Reads title, artist, album,
 * duration_ms, permalink_url, url_status, is_music, genre, tags, year,
 * description, lyrics; adds recovered_url and recovered (of DEAD links), members
 * of imputed, lyrics and lyrics_origin. Artifacts: the history (--state), an
 * SQLite file; with --fit-near a pack of kind "moodnear".
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "corpus/datadir.h"
#include "corpus/healer.h"
#include "corpus/healing.h"
#include "io/stream.h"
#include "net/recovery.h"

static const char usage[] =
    "usage: heal --state DB [options] [FILE...]\n"
    "       heal --state DB --due|--plan [FILE...]\n"
    "       heal --offline [--state DB] [--near MODEL] [FILE...]\n"
    "       heal --fit-near MODEL [FILE...]\n"
    "       heal --undo|--forget [--state DB] [FILE...]\n"
    "Finds tracks with dead links elsewhere, and what is missing of them, by "
    "asking\n"
    "catalogues; adds recovered_url, recovered, imputed, lyrics.\n"
    "  -s, --state DB        history of answers (SQLite), made where there is "
    "none\n"
    "      --sources DIR     descriptions of the catalogues (data/sources)\n"
    "      --metadata        also for records that only lack genre, tags, "
    "year\n"
    "      --lyrics          ask for lyrics, too\n"
    "      --contact TEXT    your address, for catalogues that want it\n"
    "      --key NAME=VALUE  a key of a catalogue; else from the environment\n"
    "      --offline         no network: annotate from the history alone\n"
    "      --due             print how many questions are due, and end\n"
    "      --plan            the same by catalogue, and note nothing\n"
    "      --fit-near MODEL  fit what tracks of one name know of each other\n"
    "      --near MODEL      inherit from it what is still missing\n"
    "      --undo            take off what heal added, for good with --state\n"
    "      --forget          the same, but ask again\n"
    "      --budget-seconds N, --budget-requests N\n"
    "                        stop asking then; the rest is asked first next "
    "time\n"
    "      --rate R          requests a second and catalogue, if below its "
    "own\n"
    "      --per-host N      requests at a time and catalogue (4)\n"
    "      --timeout S       seconds for one request (30)\n"
    "      --allow-private   loopback and private addresses too, at any rate\n"
    "      --connect-to HOST:PORT:ADDRESS:PORT2\n"
    "                        connect there instead; repeatable\n"
    "  -o, --output FILE     write there, whole or not at all\n"
    "  -j, --jobs N          threads for annotating\n"
    "      --max-errors N|P% --memory SIZE --progress=auto|always|never\n"
    "  -q, --quiet  -v, --verbose  -h, --help  -V, --version\n";

struct ctx {
	struct errand_options o;
	struct options options;
	const char *sources, *fit_near, *near_path, *contact;
	struct option_list keys;
	bool metadata, lyrics, undo, forget;
	struct healer healer;
	struct history *history; /* while collecting, asking, undoing */
	struct duecount plan;
};

static void *scratch_new(void *ctx)
{
	return healer_scratch_new(&((struct ctx *)ctx)->healer);
}

static int process(void *arg, void *scratch, struct record *r, struct err *err)
{
	struct ctx *c = arg;

	return c->undo || c->forget ? healer_undo(&c->healer, scratch, r)
				    : healer_apply(&c->healer, scratch, r, err);
}

/* --- the network --- */

/* Bits of the catalogues that may be asked. */
static uint64_t able(const struct ctx *c, const struct catalogue_keys *keys)
{
	const struct catalogues *all = &c->healer.catalogues;
	struct str missing = { 0 };
	uint64_t bits = 0;

	for (int i = 0; i < all->count; i++)
		if ((c->lyrics || all->at[i].kind != CATALOGUE_LYRICS) &&
		    catalogue_ready(&all->at[i], keys, &missing))
			bits |= UINT64_C(1) << i;
	str_release(&missing);
	return bits;
}

/* Of catalogues that could have been asked something. */
static void hint(const struct ctx *c, const struct healing *h)
{
	const struct catalogues *all = h->catalogues;
	struct str missing = { 0 }, said = { 0 };

	for (int i = 0; i < all->count; i++) {
		const struct catalogue *k = &all->at[i];

		if (!(h->missed >> i & 1) ||
		    catalogue_ready(k, &h->keys, &missing))
			continue;
		str_reset(&said);
		str_printf(&said, "hint: %s is not asked: ", k->name);
		if (!strcmp(str_z(&missing), "contact"))
			str_puts(&said, "it wants to know who asks; give "
					"--contact ADDRESS (of a build: "
					"HEAL_OPTIONS)");
		else
			str_printf(&said,
				   "give --key %s=... or set it in the "
				   "environment or moodpipe.conf",
				   str_z(&missing));
		options_say(&c->options, str_z(&said));
	}
	str_release(&missing);
	str_release(&said);
}

static int refresh(struct ctx *c, char **files, int nfiles, struct err *err)
{
	struct healing h = {
		.o = &c->o,
		.options = &c->options,
		.versions = &c->healer.versions,
		.catalogues = &c->healer.catalogues,
		.keys = { c->keys.items, c->keys.count, c->contact },
		.now = time(NULL),
		.living = c->metadata,
		.kinds = 1u << CATALOGUE_LINK | 1u << CATALOGUE_METADATA |
			 (c->lyrics ? 1u << CATALOGUE_LYRICS : 0),
	};
	bool write = !c->o.plan && (!c->o.due || nfiles);
	uint64_t count = 0;
	int rc;

	c->history = history_open(c->o.state, write, err);
	if (!c->history)
		return -1;
	h.history = c->history;
	h.able = able(c, &h.keys);
	h.plan = c->o.plan ? &c->plan : NULL;
	rc = nfiles || h.plan ? healing_run(&h, files, nfiles, err) : 0;
	if (!rc && !c->o.due && !c->options.quiet)
		hint(c, &h);
	if (!rc && c->o.due) {
		rc = history_due(c->history, HISTORY_RECOVERIES, !nfiles, h.now,
				 0, &count, err);
		if (!rc)
			printf("%llu\n", (unsigned long long)count);
		if (!rc && fflush(stdout))
			rc = err_errno(err, "cannot write stdout");
	} else if (!rc && !h.plan && !c->options.quiet) {
		fprintf(stderr,
			"heal: asked=%llu found=%llu left=%llu requests=%llu\n",
			(unsigned long long)h.asked,
			(unsigned long long)h.found, (unsigned long long)h.left,
			(unsigned long long)h.requests);
	}
	healing_release(&h);
	return rc;
}

/* --undo, --forget: the answers about all records. */
static int take_all_back(struct ctx *c, char **files, int nfiles,
			 struct err *err)
{
	struct healer_taking t = { .healer = &c->healer, .forget = c->forget };
	int rc;

	c->history = history_open(c->o.state, true, err);
	if (!c->history)
		return -1;
	t.history = c->history;
	rc = history_begin(c->history, err) ||
	     stream_each(files, nfiles, &t, healer_take_back, err) ||
	     history_commit(c->history, err);
	healer_taking_release(&t);
	return rc ? -1 : 0;
}

static int fit(struct ctx *c, char **files, int nfiles, struct err *err)
{
	struct namesakes_fit *f =
	    namesakes_fit_new(&c->healer.versions, c->options.memory);
	int rc = stream_each(files, nfiles, f, namesakes_fit_each, err);

	if (!rc)
		rc = namesakes_fit_write(f, c->fit_near, err);
	namesakes_fit_free(f);
	return rc;
}

static int check(struct ctx *c, struct err *err)
{
	bool undo = c->undo || c->forget;

	if (c->fit_near
		? c->o.state || c->near_path || undo || c->o.due || c->o.plan
		: undo && (c->near_path || c->o.due || c->o.plan))
		return err_set(err, ERR_USAGE, "usage",
			       "--fit-near, --undo and --forget stand alone");
	if (!c->fit_near && !undo && !c->o.offline && !c->o.state &&
	    c->near_path)
		return err_set(err, ERR_USAGE, "usage",
			       "--near without --state: give --offline, too");
	if (c->fit_near || (!c->o.state && (undo || c->o.offline)))
		return 0;
	return errand_check(&c->o, err);
}

static int set_up(struct ctx *c, struct err *err)
{
	struct str path = { 0 };
	int rc = versions_load(&c->healer.versions, err);

	if (!rc)
		rc = catalogues_load(
		    &c->healer.catalogues,
		    c->sources ? c->sources : datadir_path("sources", &path),
		    err);
	str_release(&path);
	c->healer.state = c->o.state;
	if (!rc && c->near_path)
		rc = namesakes_open(&c->healer.near, c->near_path, err);
	return rc;
}

static int run(struct ctx *c, char **files, int nfiles, struct err *err,
	       int *status)
{
	bool undo = c->undo || c->forget, twice;
	struct stream s = { .options = &c->options,
			    .ctx = c,
			    .scratch_new = scratch_new,
			    .scratch_free = healer_scratch_free,
			    .process = process,
			    .untimed = c->o.state != NULL };
	struct errand_input in = { 0 };
	int rc = 0;

	*status = 0;
	if (check(c, err) || set_up(c, err))
		return -1;
	if (c->fit_near)
		return fit(c, files, nfiles, err);
	if (c->o.due || c->o.plan)
		return refresh(c, files, nfiles, err);
	twice = c->o.state && !(c->o.offline && !undo);
	if (twice) {
		rc = errand_input(&in, files, nfiles, err);
		if (!rc)
			rc = undo ? take_all_back(c, in.files, in.nfiles, err)
				  : refresh(c, in.files, in.nfiles, err);
		history_close(c->history);
		c->history = NULL;
	}
	if (!rc)
		*status = twice ? stream_run(&s, in.files, in.nfiles)
				: stream_run(&s, files, nfiles);
	errand_input_release(&in);
	return rc;
}

int main(int argc, char **argv)
{
	struct ctx c = { .o = ERRAND_DEFAULTS, .plan.out = stdout };
	struct errand_options *o = &c.o;
	const struct option_spec specs[] = {
		{ "state", 's', OPTION_TEXT, &o->state, 0, 0 },
		{ "sources", 0, OPTION_TEXT, &c.sources, 0, 0 },
		{ "metadata", 0, OPTION_FLAG, &c.metadata, 0, 0 },
		{ "lyrics", 0, OPTION_FLAG, &c.lyrics, 0, 0 },
		{ "contact", 0, OPTION_TEXT, &c.contact, 0, 0 },
		{ "key", 0, OPTION_LIST, &c.keys, 0, 0 },
		{ "offline", 0, OPTION_FLAG, &o->offline, 0, 0 },
		{ "due", 0, OPTION_FLAG, &o->due, 0, 0 },
		{ "plan", 0, OPTION_FLAG, &o->plan, 0, 0 },
		{ "fit-near", 0, OPTION_TEXT, &c.fit_near, 0, 0 },
		{ "near", 0, OPTION_TEXT, &c.near_path, 0, 0 },
		{ "undo", 0, OPTION_FLAG, &c.undo, 0, 0 },
		{ "forget", 0, OPTION_FLAG, &c.forget, 0, 0 },
		{ "budget-seconds", 0, OPTION_REAL, &o->budget_seconds, 0, 0 },
		{ "budget-requests", 0, OPTION_INT, &o->budget_requests, 1,
		  1 << 30 },
		{ "rate", 0, OPTION_REAL, &o->rate, 0, 0 },
		{ "per-host", 0, OPTION_INT, &o->per_host, 1, 64 },
		{ "timeout", 0, OPTION_REAL, &o->timeout, 0, 0 },
		{ "allow-private", 0, OPTION_FLAG, &o->allow_private, 0, 0 },
		{ "connect-to", 0, OPTION_LIST, &o->connect_to, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	int status = 0;
	int first = options_parse(&c.options, "heal", usage, specs, argc, argv,
				  &status);

	if (first < 0)
		return status;
	if (run(&c, argv + first, argc - first, &err, &status))
		status = options_fail(&c.options, &err);
	history_close(c.history);
	healer_release(&c.healer);
	duecount_release(&c.plan);
	free(c.keys.items);
	errand_options_release(o);
	return status;
}
