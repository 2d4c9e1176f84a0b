/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dedupe: join the tracks of a corpus that are one recording.
 *
 * Reads id, fingerprint, title, artist, duration_ms, audio, url_status,
 * recovered_url, is_music and the other members of a crawl. Adds sources to
 * the track that is kept and duplicate_of to the others; removes fingerprint.
 * With --fit writes a table (a pack of kind "moodsame").
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/duplicates.h"
#include "corpus/duplicatesfit.h"
#include "io/atomic.h"
#include "io/stream.h"
#include "learn/recipe.h"

static const char usage[] =
    "usage: dedupe --fit TABLE [--listed FILE] [FILE ...]\n"
    "       dedupe --model TABLE [FILE ...]\n"
    "\n"
    "Finds tracks that are one recording by their fingerprints, durations and\n"
    "titles together, and marks them: the best is kept and names the others "
    "as\n"
    "its sources, each of those is the duplicate_of the kept one.\n"
    "\n"
    "      --fit TABLE     compare all records and write what was found\n"
    "      --listed FILE   with --fit, list the groups and why, as NDJSON\n"
    "      --model TABLE   mark records as this table says\n"
    "      --memo FILE     remember what was done, and with\n"
    "      --previous FILE the earlier output, do only what is new\n"
    "  -o, --output FILE   write there instead of to standard output\n"
    "  -j, --jobs N        threads (default: the processors)\n"
    "      --memory SIZE   for --fit, sort on disk beyond it (default 1G)\n"
    "      --max-errors N  fail when more records failed; N or P%\n"
    "      --progress WHEN auto, always or never\n"
    "  -q, --quiet         no last line\n"
    "  -v, --verbose\n"
    "  -h, --help\n"
    "  -V, --version\n";

struct ctx {
	struct duplicates table;
	const char *model, *fit, *listed;
};

static void *scratch_new(void *ctx)
{
	(void)ctx;
	return mem_zalloc(1, sizeof(struct str));
}

static void scratch_free(void *scratch)
{
	str_release(scratch);
	free(scratch);
}

static int process(void *ctx, void *scratch, struct record *r, struct err *err)
{
	const struct ctx *c = ctx;

	return duplicates_mark(&c->table, r, scratch, err);
}

static int write_all(struct duplicates_fit *f, const struct ctx *c,
		     struct duplicates_counts *counts, struct err *err)
{
	struct atomic *list = NULL;

	if (c->listed && !(list = atomic_open(c->listed, err)))
		return -1;
	if (duplicates_fit_write(f, c->fit, list ? atomic_file(list) : NULL,
				 counts, err)) {
		atomic_abort(list);
		return -1;
	}
	return list ? atomic_commit(list, err) : 0;
}

static int fit(const struct options *o, const struct ctx *c, char **files,
	       int nfiles, struct err *err)
{
	struct duplicates_counts n;
	struct duplicates_fit *f = duplicates_fit_new(o->memory, err);
	int rc =
	    f ? stream_each(files, nfiles, f, duplicates_fit_each, err) : -1;

	if (!rc)
		rc = write_all(f, c, &n, err);
	if (!rc && !o->quiet)
		fprintf(stderr,
			"dedupe: prints=%zu compared=%zu groups=%zu "
			"duplicates=%zu\n",
			n.prints, n.pairs, n.groups, n.others);
	duplicates_fit_free(f);
	return rc;
}

static int set_up(struct ctx *c, struct err *err)
{
	if (!c->model == !c->fit)
		return err_set(err, ERR_USAGE, "usage",
			       "expected either --fit TABLE or --model TABLE");
	if (c->listed && !c->fit)
		return err_set(err, ERR_USAGE, "usage",
			       "--listed goes with --fit");
	return c->model ? duplicates_open(&c->table, c->model, err) : 0;
}

int main(int argc, char **argv)
{
	struct ctx c = { 0 };
	struct options o = { 0 };
	struct stream s = {
		.options = &o,
		.ctx = &c,
		.scratch_new = scratch_new,
		.scratch_free = scratch_free,
		.process = process,
	};
	const struct option_spec specs[] = {
		{ "fit", 0, OPTION_TEXT, &c.fit, 0, 0 },
		{ "model", 0, OPTION_TEXT, &c.model, 0, 0 },
		{ "listed", 0, OPTION_TEXT, &c.listed, 0, 0 },
		{ "memo", 0, OPTION_TEXT, &s.memo, 0, 0 },
		{ "previous", 0, OPTION_TEXT, &s.previous, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	int status, first;

	first = options_parse(&o, "dedupe", usage, specs, argc, argv, &status);
	if (first < 0)
		return status;
	if (set_up(&c, &err)) {
		status = options_fail(&o, &err);
	} else if (c.model) {
		recipe_make("dedupe/1", "", pack_digest(c.table.pack),
			    s.recipe);
		status = stream_run(&s, argv + first, argc - first);
	} else {
		status = 0;
		if (fit(&o, &c, argv + first, argc - first, &err))
			status = options_fail(&o, &err);
	}
	duplicates_close(&c.table);
	return status;
}
