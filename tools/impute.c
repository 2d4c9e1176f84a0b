/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * impute: fill what is missing with marked guesses.
 *
 * meta reads title, artist, genre, tags, description, extracted_vibe_text,
 * release_year, year, created_at and, for genres by sound, a feature file of
 * extract-features; adds imputed (genre, tags, description).
 * audio reads id, genre, imputed and feature files of extract-features and
 * "embed text"; writes a feature file. With --fit each writes its model (packs
 * of kind "moodmeta" and "moodsound").
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/datadir.h"
#include "corpus/metafit.h"
#include "corpus/metamodel.h"
#include "corpus/soundimpute.h"
#include "io/input.h"
#include "io/stream.h"
#include "learn/recipe.h"

static const char usage[] =
    "usage: impute meta --fit FILE [--features FILE ...] [FILE ...]\n"
    "       impute meta --model FILE [--features FILE] [FILE ...]\n"
    "       impute audio --fit FILE --features FILE ... [--text FILE ...]\n"
    "                    [FILE ...]\n"
    "       impute audio --model FILE --features FILE [--text FILE] [FILE "
    "...]\n"
    "\n"
    "Fills in what is missing, marked as guesses: genre, tags and description\n"
    "(meta), features of the sound (audio).\n"
    "\n"
    "      --fit FILE       fit a model on all records and write it to FILE\n"
    "      --model FILE     apply this model\n"
    "      --features FILE  rows of extract-features (meta: genres by sound)\n"
    "      --text FILE      audio: rows of embed text\n"
    "      --records FILE   audio: pass the records on to FILE\n"
    "      --reuse FILE     audio: take unchanged rows from this earlier "
    "output\n"
    "      --memo FILE      meta: remember what was done, and with\n"
    "      --previous FILE  the earlier output, do only what is new\n"
    "  -o, --output FILE    write there instead of to standard output\n"
    "  -j, --jobs N         threads (default: the processors)\n"
    "      --memory SIZE    for --fit, sort on disk beyond it (default 1G)\n"
    "      --max-errors N   fail when more records failed; N or P%\n"
    "      --progress WHEN  auto, always or never\n"
    "  -q, --quiet          no last line\n"
    "  -v, --verbose        say how well a fitted model does\n"
    "  -h, --help\n"
    "  -V, --version\n";

enum { TABLE_MAX = 1 << 20 };

struct ctx {
	struct options options;
	const char *fit, *model, *reuse, *records, *memo, *previous;
	struct option_list features, texts;
	struct metamodel meta;
};

static void *text_new(void *ctx)
{
	const struct ctx *c = ctx;
	struct metatext *t = mem_zalloc(1, sizeof(*t));

	metatext_open(t, &c->meta.genres.sound,
		      c->features.count ? c->features.items[0] : NULL);
	return t;
}

static void text_free(void *scratch)
{
	metatext_release(scratch);
	free(scratch);
}

static int impute_record(void *ctx, void *scratch, struct record *r,
			 struct err *err)
{
	const struct ctx *c = ctx;

	return metamodel_impute(&c->meta, scratch, r, err);
}

static int read_tables(struct stoplist *stop, struct vocabulary *words,
		       struct err *err)
{
	struct str path = { 0 }, text = { 0 };
	int rc = input_slurp(datadir_path("tags-stop.tsv", &path), TABLE_MAX,
			     &text, err);

	if (!rc)
		rc = stoplist_parse(stop, span_str(&text), str_z(&path), err);
	str_release(&path);
	str_release(&text);
	return rc ? rc : vocabulary_read(words, err);
}

static int fit_meta(struct ctx *c, char **files, int nfiles, struct err *err)
{
	struct stoplist stop = { 0 };
	struct vocabulary words = { 0 };
	struct str report = { 0 };
	struct metafit_options o = { .stop = &stop,
				     .words = &words,
				     .memory = c->options.memory };
	struct metafit *f;
	int rc = read_tables(&stop, &words, err);

	if (!rc && c->features.count) {
		o.sound =
		    featset_open(c->features.items, c->features.count, err);
		rc = o.sound ? 0 : -1;
	}
	f = rc ? NULL : metafit_new(&o);
	if (!rc)
		rc = stream_each(files, nfiles, f, metafit_each, err);
	if (!rc)
		rc = metafit_write(f, c->fit, &report, err);
	if (!rc && c->options.verbose)
		fputs(str_z(&report), stderr);
	metafit_free(f);
	featset_close(o.sound);
	vocabulary_release(&words);
	stoplist_release(&stop);
	str_release(&report);
	return rc;
}

/* The recipe has the features' own, so that other ones are not answered from
 * what those said. */
static int meta_recipe(const struct ctx *c, uint8_t out[HASH_SIZE],
		       struct err *err)
{
	const char *path = c->features.count ? c->features.items[0] : NULL;
	char hex[2 * HASH_SIZE + 1] = "";
	struct metatext t;
	int rc = 0;

	metatext_open(&t, &c->meta.genres.sound, path);
	if (t.err.status) {
		*err = t.err;
		rc = -1;
	} else if (path) {
		hash_hex(feat_schema(t.features)->recipe, HASH_SIZE, hex);
	}
	metatext_release(&t);
	recipe_make("impute-meta/2", hex, pack_digest(c->meta.pack), out);
	return rc;
}

static int apply_meta(struct ctx *c, char **files, int nfiles, struct err *err,
		      int *status)
{
	struct stream s = {
		.options = &c->options,
		.ctx = c,
		.scratch_new = text_new,
		.scratch_free = text_free,
		.process = impute_record,
		.memo = c->memo,
		.previous = c->previous,
	};
	int rc;

	if (c->features.count > 1)
		return err_set(err, ERR_USAGE, "usage",
			       "--model takes one --features");
	if (metamodel_open(&c->meta, c->model, err))
		return -1;
	rc = meta_recipe(c, s.recipe, err);
	if (!rc)
		*status = stream_run(&s, files, nfiles);
	metamodel_close(&c->meta);
	return rc;
}

static int fit_audio(struct ctx *c, char **files, int nfiles, struct err *err)
{
	const struct soundimpute_files in = {
		c->features.items, c->features.count, c->texts.items,
		c->texts.count,    c->options.jobs,
	};
	struct str report = { 0 };
	int rc = soundimpute_fit(&in, files, nfiles, c->fit, &report, err);

	if (!rc && c->options.verbose)
		fputs(str_z(&report), stderr);
	str_release(&report);
	return rc;
}

static int apply_audio(struct ctx *c, char **files, int nfiles, struct err *err,
		       int *status)
{
	struct stream s = {
		.options = &c->options,
		.scratch_new = soundimpute_scratch_new,
		.scratch_free = soundimpute_scratch_free,
		.measure = soundimpute_measure,
		.digest = soundimpute_digest,
		.reuse = c->reuse,
		.records_path = c->records,
	};
	struct soundimpute *sound;

	if (c->features.count != 1 || c->texts.count > 1)
		return err_set(err, ERR_USAGE, "usage",
			       "--model takes one "
			       "--features and at most one --text");
	sound =
	    soundimpute_open(c->model, c->features.items[0],
			     c->texts.count ? c->texts.items[0] : NULL, err);
	if (!sound)
		return -1;
	s.ctx = sound;
	s.schema = soundimpute_schema(sound);
	*status = stream_run(&s, files, nfiles);
	soundimpute_close(sound);
	return 0;
}

static int run(struct ctx *c, bool audio, char **files, int nfiles,
	       struct err *err, int *status)
{
	if (!c->fit == !c->model)
		return err_set(err, ERR_USAGE, "usage",
			       "give one of --fit and --model");
	if (audio && !c->features.count)
		return err_set(err, ERR_USAGE, "usage",
			       "--features is needed: rows of "
			       "extract-features(1)");
	if (!audio && (c->texts.count || c->reuse || c->records))
		return err_set(err, ERR_USAGE, "usage",
			       "--text, --reuse and "
			       "--records belong to impute audio");
	if (audio && (c->memo || c->previous))
		return err_set(err, ERR_USAGE, "usage",
			       "--memo and "
			       "--previous belong to impute meta");
	if (c->fit)
		return audio ? fit_audio(c, files, nfiles, err)
			     : fit_meta(c, files, nfiles, err);
	return audio ? apply_audio(c, files, nfiles, err, status)
		     : apply_meta(c, files, nfiles, err, status);
}

int main(int argc, char **argv)
{
	struct ctx c = { 0 };
	const struct option_spec specs[] = {
		{ "fit", 0, OPTION_TEXT, &c.fit, 0, 0 },
		{ "model", 0, OPTION_TEXT, &c.model, 0, 0 },
		{ "features", 0, OPTION_LIST, &c.features, 0, 0 },
		{ "text", 0, OPTION_LIST, &c.texts, 0, 0 },
		{ "reuse", 0, OPTION_TEXT, &c.reuse, 0, 0 },
		{ "records", 0, OPTION_TEXT, &c.records, 0, 0 },
		{ "memo", 0, OPTION_TEXT, &c.memo, 0, 0 },
		{ "previous", 0, OPTION_TEXT, &c.previous, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	bool audio = argc > 1 && !strcmp(argv[1], "audio");
	bool named = audio || (argc > 1 && !strcmp(argv[1], "meta"));
	int status = 0, first;

	argc -= named;
	argv += named;
	first = options_parse(&c.options, "impute", usage, specs, argc, argv,
			      &status);
	if (first < 0)
		return status;
	c.options.tool = audio ? "impute audio" : "impute meta";
	if (!named)
		err_set(&err, ERR_USAGE, "usage",
			"the first argument is meta "
			"or audio");
	if (!named || run(&c, audio, argv + first, argc - first, &err, &status))
		status = options_fail(&c.options, &err);
	free(c.features.items);
	free(c.texts.items);
	return status;
}
