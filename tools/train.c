/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * train: fits models to labels. `train text` fits a network that reads feeling
 * in texts from tables of labelled texts; `train mood` refits the weights of
 * the mood formula to labelled tracks, `train spread` centres and scales it on
 * a corpus.
 *
 * mood and spread read feature files; mood also id of the records, and labels:
 * lines of id, valence, arousal, tab-separated. They write the table that
 * mood-map --formula reads; text writes a model that emotion reads.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/datadir.h"
#include "corpus/moodfit.h"
#include "corpus/moodlabels.h"
#include "corpus/trackrows.h"
#include "io/atomic.h"
#include "io/input.h"
#include "io/stream.h"
#include "learn/texttrain.h"

static const char usage[] =
    "usage: train text --config FILE [--cues FILE] [--sources DIR]\n"
    "                  [--runs DIR] [--report FILE] -o MODEL\n"
    "       train mood --labels FILE --features FILE [--formula FILE]\n"
    "                  [FILE ...]\n"
    "       train spread --features FILE [--features FILE ...]\n"
    "                    [--formula FILE]\n"
    "\n"
    "text fits a network that reads feeling in short texts, calibrates it on\n"
    "folds and checks it, as the configuration says. mood refits the weights\n"
    "of the mood formula to labelled tracks; spread\n"
    "centres and scales it on the measured tracks of a corpus. Writes the\n"
    "table that mood-map --formula reads.\n"
    "\n"
    "      --config FILE    heads, sources, members, checks (JSON)\n"
    "      --cues FILE      table of word lists, or a model that has one\n"
    "                       (default: models/emotion.pack)\n"
    "      --sources DIR    where the files of the configuration are (.)\n"
    "      --runs DIR       log the run there as MLflow does (mlruns)\n"
    "      --report FILE    figures: set, name, value\n"
    "  -j, --jobs N         threads; the result is the same (processors)\n"
    "      --labels FILE    lines of id, valence, arousal, each in [-1, 1],\n"
    "                       separated by tabs\n"
    "      --features FILE  rows of extract-features or impute audio\n"
    "      --formula FILE   terms and ranges (default: mood-formula.tsv)\n"
    "  -o, --output FILE    write there instead of to standard output\n"
    "  -q, --quiet          no last line\n"
    "  -h, --help\n"
    "  -V, --version\n";

enum { TEXT_MAX = 1 << 26 };

struct ctx {
	const char *config, *cues, *sources, *runs, *report; /* text */
	const char *labels_path, *formula_path;
	struct option_list features;
	struct moodlabels labels;
	struct moodformula formula;
	struct trackrows rows;
	struct moodfit fit;
	size_t used;
	struct str id;
};

static int read_formula(struct ctx *c, struct err *err)
{
	struct str text = { 0 }, built_in = { 0 };
	const char *path = c->formula_path
			       ? c->formula_path
			       : datadir_path("mood-formula.tsv", &built_in);
	int rc = input_slurp(path, TEXT_MAX, &text, err) ||
		 moodformula_parse(&c->formula, span_str(&text), path, err);

	str_release(&text);
	str_release(&built_in);
	return rc ? -1 : 0;
}

static int each(void *ctx, struct record *r, struct err *err)
{
	struct ctx *c = ctx;
	const struct feat_row *row;
	const struct moodlabel *label;
	int rc;

	if (record_id(r, &c->id, err)) {
		err->status = ERR_DATA; /* no record's error ends a process */
		return -1;
	}
	label = moodlabels_find(&c->labels, span_str(&c->id));
	if (!label)
		return 0;
	rc = trackrows_find(&c->rows, r, err);
	if (rc <= 0)
		return rc;
	row = c->rows.row;
	if (feat_status_measured(row->status))
		moodfit_add(&c->fit, row->values, label->valence,
			    label->arousal);
	return 0;
}

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

static int mood(struct ctx *c, struct str *table, char **files, int n,
		struct err *err)
{
	const char *features = c->features.items[0];

	if (!c->labels_path || c->features.count != 1)
		return err_set(err, ERR_USAGE, "usage",
			       "mood needs --labels and one --features; see "
			       "--help");
	c->fit.formula = &c->formula;
	if (moodlabels_read(&c->labels, c->labels_path, err) ||
	    read_formula(c, err) || trackrows_open(&c->rows, features, err) ||
	    moodformula_bind(&c->formula, feat_schema(c->rows.feat), features,
			     err) ||
	    stream_each(files, n, c, each, err))
		return -1;
	c->used = c->fit.count;
	return moodfit_write(&c->fit, table, err);
}

static int spread_file(struct ctx *c, struct moodspread *m, const char *path,
		       struct err *err)
{
	struct feat *f = feat_open(path, err);
	struct feat_row *row;
	int rc;

	if (!f)
		return -1;
	row = feat_row_new(feat_schema(f));
	rc = moodformula_bind(&c->formula, feat_schema(f), path, err);
	while (!rc && (rc = feat_read(f, row, err)) > 0) {
		if (feat_status_measured(row->status) &&
		    row->method <= FEAT_METHOD_MEASURED)
			moodspread_add(m, &c->formula, row->values);
		rc = 0;
	}
	feat_row_free(row);
	feat_close(f);
	return rc;
}

static int spread(struct ctx *c, struct str *table, int n, struct err *err)
{
	struct moodspread m = { 0 };

	if (n || c->labels_path)
		return err_set(err, ERR_USAGE, "usage",
			       "spread takes features only, no labels or "
			       "records; see --help");
	if (read_formula(c, err))
		return -1;
	for (size_t i = 0; i < c->features.count; i++)
		if (spread_file(c, &m, c->features.items[i], err))
			return -1;
	c->used = m.count;
	moodspread_write(&m, &c->formula, table);
	return 0;
}

static void tell(void *ctx, const char *line)
{
	if (!((const struct options *)ctx)->quiet)
		fprintf(stderr, "train text: %s\n", line);
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

static int run(struct ctx *c, const struct options *o, char **args, int n,
	       struct err *err)
{
	struct str table = { 0 };
	int rc;

	if (n && !strcmp(args[0], "text"))
		return text(c, o, n - 1, err);
	if (!n || !c->features.count ||
	    (strcmp(args[0], "mood") && strcmp(args[0], "spread")))
		return err_set(err, ERR_USAGE, "usage",
			       "\"text\", or \"mood\" or \"spread\" and "
			       "--features, are needed; see --help");
	rc = strcmp(args[0], "mood") ? spread(c, &table, n - 1, err)
				     : mood(c, &table, args + 1, n - 1, err);
	if (!rc)
		rc = write_table(&table, o, err);
	str_release(&table);
	if (!rc && !o->quiet)
		fprintf(stderr, "train: used=%zu\n", c->used);
	return rc;
}

int main(int argc, char **argv)
{
	struct ctx c = { 0 };
	struct options o;
	const struct option_spec specs[] = {
		{ "config", 0, OPTION_TEXT, &c.config, 0, 0 },
		{ "cues", 0, OPTION_TEXT, &c.cues, 0, 0 },
		{ "sources", 0, OPTION_TEXT, &c.sources, 0, 0 },
		{ "runs", 0, OPTION_TEXT, &c.runs, 0, 0 },
		{ "report", 0, OPTION_TEXT, &c.report, 0, 0 },
		{ "labels", 0, OPTION_TEXT, &c.labels_path, 0, 0 },
		{ "features", 0, OPTION_LIST, &c.features, 0, 0 },
		{ "formula", 0, OPTION_TEXT, &c.formula_path, 0, 0 },
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
	moodlabels_release(&c.labels);
	free(c.features.items);
	moodfit_release(&c.fit);
	trackrows_release(&c.rows);
	str_release(&c.id);
	return status;
}
