/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * train: fits the mood formula. `train mood` refits its weights to labelled
 * tracks, `train spread` centres and scales it on a corpus.
 *
 * Reads feature files; for mood also id of the records, and labels: lines of
 * id, valence, arousal, tab-separated. Writes the table that mood-map
 * --formula reads.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/table.h"
#include "corpus/datadir.h"
#include "corpus/moodfit.h"
#include "corpus/trackrows.h"
#include "io/atomic.h"
#include "io/input.h"
#include "io/stream.h"

static const char usage[] =
    "usage: train mood --labels FILE --features FILE [--formula FILE]\n"
    "                  [FILE ...]\n"
    "       train spread --features FILE [--features FILE ...]\n"
    "                    [--formula FILE]\n"
    "\n"
    "mood refits the weights of the mood formula to labelled tracks; spread\n"
    "centres and scales it on the measured tracks of a corpus. Writes the\n"
    "table that mood-map --formula reads.\n"
    "\n"
    "      --labels FILE    lines of id, valence, arousal, each in [-1, 1],\n"
    "                       separated by tabs\n"
    "      --features FILE  rows of extract-features or impute audio\n"
    "      --formula FILE   terms and ranges (default: mood-formula.tsv)\n"
    "  -o, --output FILE    write there instead of to standard output\n"
    "  -q, --quiet          no last line\n"
    "  -h, --help\n"
    "  -V, --version\n";

enum { TEXT_MAX = 1 << 26 };

struct label {
	double valence, arousal;
};

struct ctx {
	const char *labels_path, *formula_path;
	struct option_list features;
	struct table numbers; /* id -> index into labels */
	struct label *labels;
	size_t cap;
	struct moodformula formula;
	struct trackrows rows;
	struct moodfit fit;
	size_t used;
	struct str id;
};

static int read_label(struct ctx *c, struct span line, struct err *err)
{
	struct span cell[3] = { { 0 } };
	struct label l;

	for (int i = 0; i < 3; i++) {
		const char *tab = memchr(line.p, '\t', line.n);
		size_t n = tab ? (size_t)(tab - line.p) : line.n;

		cell[i] = span_trim((struct span){ line.p, n });
		line = (struct span){ line.p + n, line.n - n };
		if (line.n) {
			line.p++;
			line.n--;
		}
	}
	if (!cell[0].n || num_double(cell[1], &l.valence) ||
	    num_double(cell[2], &l.arousal) || l.valence < -1 ||
	    l.valence > 1 || l.arousal < -1 || l.arousal > 1)
		return err_set(err, ERR_DATA, "labels",
			       "id, valence and arousal in [-1, 1] expected, "
			       "separated by tabs");
	MEM_ROOM(c->labels, c->numbers.count + 1, c->cap);
	c->labels[c->numbers.count] = l;
	if (*table_put(&c->numbers, cell[0]))
		return err_set(err, ERR_DATA, "labels",
			       "\"%.*s\" is labelled twice", (int)cell[0].n,
			       cell[0].p);
	*table_get(&c->numbers, cell[0]) = c->numbers.count;
	return 0;
}

static int read_labels(struct ctx *c, struct err *err)
{
	struct str text = { 0 };
	const char *p, *end, *q;
	size_t number = 0;
	int rc = input_slurp(c->labels_path, TEXT_MAX, &text, err);

	for (p = text.p, end = p + text.n; !rc && p < end; p = q + 1) {
		struct span line;

		q = memchr(p, '\n', (size_t)(end - p));
		q = q ? q : end;
		line = (struct span){ p, (size_t)(q - p) };
		number++;
		if (!span_trim(line).n || line.p[0] == '#')
			continue;
		rc = read_label(c, line, err);
		if (rc)
			err_prefix(err, "%s:%zu", c->labels_path, number);
	}
	str_release(&text);
	return rc;
}

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
	const uint64_t *number;
	int rc;

	if (record_id(r, &c->id, err)) {
		err->status = ERR_DATA; /* no record's error ends a process */
		return -1;
	}
	number = table_get(&c->numbers, span_str(&c->id));
	if (!number)
		return 0;
	rc = trackrows_find(&c->rows, r, err);
	if (rc <= 0)
		return rc;
	row = c->rows.row;
	if (feat_status_measured(row->status))
		moodfit_add(&c->fit, row->values,
			    c->labels[*number - 1].valence,
			    c->labels[*number - 1].arousal);
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
	if (read_labels(c, err) || read_formula(c, err) ||
	    trackrows_open(&c->rows, features, err) ||
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

static int run(struct ctx *c, const struct options *o, char **args, int n,
	       struct err *err)
{
	struct str table = { 0 };
	int rc;

	if (!n || !c->features.count ||
	    (strcmp(args[0], "mood") && strcmp(args[0], "spread")))
		return err_set(err, ERR_USAGE, "usage",
			       "\"mood\" or \"spread\", and --features, are "
			       "needed; see --help");
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
	table_release(&c.numbers);
	free(c.labels);
	free(c.features.items);
	moodfit_release(&c.fit);
	trackrows_release(&c.rows);
	str_release(&c.id);
	return status;
}
