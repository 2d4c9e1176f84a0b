/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * train: fits models to labels. `train text` fits a network that reads feeling
 * in texts from tables of labelled texts; `train encoder` fine-tunes a transformer
 * on such tables or makes one anew; `train mood` fits a model that tells mood
 * from sound, from labelled tracks; `train formula` refits the weights of the
 * mood formula to such tracks.
 *
 * mood and formula read a feature file, id (and artist) of the records, and
 * labels. mood writes the model that mood-map --model reads; formula the table
 * of mood-map --formula; text a model that emotion reads; encoder a folder as
 * the hub keeps models.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/datadir.h"
#include "corpus/formulatrain.h"
#include "corpus/moodtrain.h"
#include "encoder/encodertrain.h"
#include "io/atomic.h"
#include "io/options.h"
#include "learn/texttrain.h"

static const char usage[] =
    "usage: train text --config FILE [--cues FILE] [--sources DIR]\n"
    "                  [--runs DIR] [--report FILE] -o MODEL\n"
    "       train encoder --config FILE [--base DIR] [--sources DIR]\n"
    "                     [--cues FILE] [--runs DIR] [--report FILE]\n"
    "                     [--merge | --vocabulary] -o DIR\n"
    "       train mood --labels FILE --features FILE [--columns FILE]\n"
    "                  [--half a|b] [--folds K [--repeats N]]\n"
    "                  [--formula FILE] [--report FILE] [-o MODEL]\n"
    "                  [FILE ...]\n"
    "       train mood --model MODEL --labels FILE --features FILE\n"
    "                  [--report FILE] [FILE ...]\n"
    "       train formula --labels FILE --features FILE [--formula FILE]\n"
    "                     [FILE ...]\n"
    "\n"
    "text fits a network that reads feeling in short texts, calibrates it on\n"
    "folds and checks it, as the configuration says. encoder fine-tunes a\n"
    "transformer, or trains a new one; run again after a sudden end, it goes\n"
    "on. mood fits a model that\n"
    "tells mood from sound, and says how well on tracks of other artists.\n"
    "formula refits the weights of the mood formula to labelled tracks.\n"
    "\n"
    "      --config FILE    heads, sources, members, checks (JSON)\n"
    "      --cues FILE      table of word lists, or a model that has one\n"
    "                       (default: models/emotion.pack)\n"
    "      --base DIR       the encoder to fine-tune, a folder of the hub\n"
    "      --merge          write an adapter merged into the base\n"
    "      --vocabulary     only fit the tokenizer of a new encoder\n"
    "      --sources DIR    where the files of the configuration are (.)\n"
    "      --runs DIR       log the run there as MLflow does (mlruns)\n"
    "      --report FILE    figures: set, name, value\n"
    "  -j, --jobs N         threads; the result is the same (processors)\n"
    "      --labels FILE    lines of id, valence, arousal, each in [-1, 1],\n"
    "                       or id, Q1 to Q4, separated by tabs; a group\n"
    "      --features FILE  rows of extract-features or impute audio\n"
    "      --columns FILE   columns to learn from (mood-columns.tsv)\n"
    "      --half a|b       fit on this half of the artists, try on the other\n"
    "      --folds K        figures of K folds of artists, 2 to 100\n"
    "      --repeats N      so often, divided otherwise each time (1)\n"
    "      --model MODEL    fit nothing, try this model\n"
    "      --formula FILE   terms and ranges (default: mood-formula.tsv)\n"
    "  -o, --output FILE    write there instead of to standard output\n"
    "  -q, --quiet          no last line\n"
    "  -h, --help\n"
    "  -V, --version\n";

struct ctx {
	const char *config, *cues, *sources, *runs, *report; /* text */
	const char *base;                                    /* encoder */
	bool merge, vocabulary;
	struct moodtrain_options mood; /* labels, formula: of others, too */
	const char *half;
	struct option_list features;
	size_t used;
};

static int write_table(const struct str *table, const struct options *o,
		       struct err *err)
{
	struct atomic *a = atomic_open(o->output, err);

	if (!a)
		return -1;
	fputs("# A mood formula, written by train(1); columns as in "
	      "mood-formula.tsv.\n",
	      atomic_file(a));
	fwrite(table->p, 1, table->n, atomic_file(a));
	return atomic_commit(a, err);
}

static void tell(void *ctx, const char *line)
{
	if (!((const struct options *)ctx)->quiet)
		fprintf(stderr, "train text: %s\n", line);
}

static void tell_encoder(void *ctx, const char *line)
{
	if (!((const struct options *)ctx)->quiet)
		fprintf(stderr, "train encoder: %s\n", line);
}

static int train_to(const struct texttrain_options *t, struct atomic *out,
		    struct atomic *figures, struct mlrun *log, struct err *err)
{
	struct str report = { 0 };
	int rc = texttrain(t, atomic_file(out), &report, log, NULL, err);

	if (!rc)
		fwrite(report.p, 1, report.n, atomic_file(figures));
	str_release(&report);
	return rc;
}

static int text(struct ctx *c, const struct options *o, int n, struct err *err)
{
	struct texttrain_options t = {
		c->config, c->cues, c->sources ? c->sources : ".",
		o->jobs,   tell,    (void *)(uintptr_t)o
	};
	struct atomic *out, *figures;
	struct str path = { 0 };
	struct mlrun *log;
	int rc;

	if (n || !c->config || !o->output || !strcmp(o->output, "-"))
		return err_set(err, ERR_USAGE, "usage",
			       "text needs --config and -o FILE, and no "
			       "operands; see --help");
	if (!t.cues)
		t.cues = datadir_path("models/emotion.pack", &path);
	log = mlrun_begin(c->runs, "train text", c->config, err);
	figures = log ? atomic_open(c->report, err)
		      : NULL; /* before hours of training */
	out = figures ? atomic_open(o->output, err) : NULL;
	rc = out ? train_to(&t, out, figures, log, err) : -1;
	str_release(&path);
	if (rc)
		atomic_abort(figures);
	else
		rc = atomic_commit(figures, err);
	if (rc)
		atomic_abort(out);
	else
		rc = atomic_commit(out, err);
	if (!rc)
		mlrun_artifact(log, o->output, NULL);
	return mlrun_end(log, !rc, rc ? NULL : err) || rc ? -1 : 0;
}

static int encoder(struct ctx *c, const struct options *o, int n,
		   struct err *err)
{
	struct encodertrain_options t = {
		c->config, c->base,      c->sources ? c->sources : ".",
		c->cues,   o->output,    c->runs,
		c->report, c->merge,     c->vocabulary,
		o->jobs,   tell_encoder, (void *)(uintptr_t)o
	};
	struct str path = { 0 };
	int rc;

	if (n || !c->config || !o->output || !strcmp(o->output, "-") ||
	    (c->merge && c->vocabulary))
		return err_set(
		    err, ERR_USAGE, "usage",
		    "encoder needs --config and -o DIR, no operands, "
		    "and at most one of --merge and --vocabulary; "
		    "see --help");
	if (!t.cues)
		t.cues = datadir_path("models/emotion.pack", &path);
	rc = encodertrain(&t, err);
	str_release(&path);
	return rc;
}

static int mood(struct ctx *c, const struct options *o, char **files, int n,
		struct err *err)
{
	struct moodtrain_options *m = &c->mood;
	struct str report = { 0 };
	struct atomic *out = NULL, *figures;
	int rc;

	if (!m->labels || c->features.count != 1 ||
	    (c->half && strcmp(c->half, "a") && strcmp(c->half, "b")) ||
	    (m->model ? !!c->half || m->folds || o->output
		      : !c->half && !m->folds && !o->output))
		return err_set(err, ERR_USAGE, "usage",
			       "mood needs --labels, one --features, and -o "
			       "MODEL, --folds or --half a or b; or --model "
			       "MODEL alone; see --help");
	m->features = c->features.items[0];
	m->half = c->half ? *c->half : 0;
	m->threads = o->jobs;
	figures = atomic_open(c->report, err);
	if (figures && o->output && !(out = atomic_open(o->output, err))) {
		atomic_abort(figures);
		return -1;
	}
	rc = figures ? moodtrain(m, files, n, out ? atomic_file(out) : NULL,
				 &report, &c->used, err)
		     : -1;
	if (!rc) {
		if (report.n)
			fwrite(report.p, 1, report.n, atomic_file(figures));
		rc = atomic_commit(figures, err);
	} else {
		atomic_abort(figures);
	}
	if (!rc && out)
		rc = atomic_commit(out, err);
	else
		atomic_abort(out);
	str_release(&report);
	return rc;
}

static int formula(struct ctx *c, const struct options *o, char **args, int n,
		   struct err *err)
{
	struct option_list *features = &c->features;
	struct str table = { 0 };
	int rc;

	if (!c->mood.labels || features->count != 1)
		return err_set(err, ERR_USAGE, "usage",
			       "formula needs --labels and one --features; see "
			       "--help");
	rc = formulatrain_refit(c->mood.formula, c->mood.labels,
				features->items[0], args, n, &table, &c->used,
				err);
	if (!rc)
		rc = write_table(&table, o, err);
	str_release(&table);
	return rc;
}

static int run(struct ctx *c, const struct options *o, char **args, int n,
	       struct err *err)
{
	int rc;

	if (n && !strcmp(args[0], "text"))
		return text(c, o, n - 1, err);
	if (n && !strcmp(args[0], "encoder"))
		return encoder(c, o, n - 1, err);
	if (!n || !c->features.count ||
	    (strcmp(args[0], "mood") && strcmp(args[0], "formula")))
		return err_set(err, ERR_USAGE, "usage",
			       "\"text\", \"encoder\", or \"mood\" or "
			       "\"formula\" and "
			       "--features, are needed; see --help");
	rc = strcmp(args[0], "mood") ? formula(c, o, args + 1, n - 1, err)
				     : mood(c, o, args + 1, n - 1, err);
	if (!rc && !o->quiet)
		fprintf(stderr, "train: used=%zu\n", c->used);
	return rc;
}

int main(int argc, char **argv)
{
	struct ctx c = { .mood.repeats = 1 };
	struct options o;
	const struct option_spec specs[] = {
		{ "config", 0, OPTION_TEXT, &c.config, 0, 0 },
		{ "cues", 0, OPTION_TEXT, &c.cues, 0, 0 },
		{ "base", 0, OPTION_TEXT, &c.base, 0, 0 },
		{ "merge", 0, OPTION_FLAG, &c.merge, 0, 0 },
		{ "vocabulary", 0, OPTION_FLAG, &c.vocabulary, 0, 0 },
		{ "sources", 0, OPTION_TEXT, &c.sources, 0, 0 },
		{ "runs", 0, OPTION_TEXT, &c.runs, 0, 0 },
		{ "report", 0, OPTION_TEXT, &c.report, 0, 0 },
		{ "labels", 0, OPTION_TEXT, &c.mood.labels, 0, 0 },
		{ "features", 0, OPTION_LIST, &c.features, 0, 0 },
		{ "formula", 0, OPTION_TEXT, &c.mood.formula, 0, 0 },
		{ "columns", 0, OPTION_TEXT, &c.mood.columns, 0, 0 },
		{ "half", 0, OPTION_TEXT, &c.half, 0, 0 },
		{ "folds", 0, OPTION_INT, &c.mood.folds, 2, 100 },
		{ "repeats", 0, OPTION_INT, &c.mood.repeats, 1, 100 },
		{ "model", 0, OPTION_TEXT, &c.mood.model, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	int status, first = options_parse(&o, "train", usage, specs, argc, argv,
					  &status);

	if (first < 0)
		return status;
	if (run(&c, &o, argv + first, argc - first, &err))
		status = options_fail(&o, &err);
	else
		status = 0;
	free(c.features.items);
	return status;
}
