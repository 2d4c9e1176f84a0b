/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * train: fits what ships as a table to labelled tracks. `train mood` refits the
 * weights of a mood formula.
 *
 * Reads id of the records, a feature file, and labels: lines of id, valence,
 * arousal, tab-separated. Writes the table that mood-map --formula reads.
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
    "usage: train mood --labels FILE --features FILE [--formula FILE] [FILE "
    "...]\n"
    "\n"
    "Refits the weights of the mood formula to labelled tracks.\n"
    "\n"
    "      --labels FILE    lines of id, valence, arousal, each in [-1, 1], "
    "by tabs\n"
    "      --features FILE  rows of extract-features\n"
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
	const char *labels_path, *features, *formula_path;
	struct table numbers; /* id -> index into labels */
	struct label *labels;
	size_t cap;
	struct moodformula formula;
	struct trackrows rows;
	struct moodfit fit;
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
		 moodformula_parse(&c->formula, span_str(&text), path, err) ||
		 trackrows_open(&c->rows, c->features, err) ||
		 moodformula_bind(&c->formula, feat_schema(c->rows.feat),
				  c->features, err);

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

	if (record_id(r, &c->id, err))
		return -1;
	number = table_get(&c->numbers, span_str(&c->id));
	if (!number)
		return 0;
	rc = trackrows_find(&c->rows, r, err);
	if (rc <= 0)
		return rc;
	row = c->rows.row;
	if (row->status == FEAT_OK || row->status == FEAT_PARTIAL)
		moodfit_add(&c->fit, row->values, c->labels[*number - 1].valence,
			    c->labels[*number - 1].arousal);
	return 0;
}

static int write_table(const struct ctx *c, const struct options *o,
		       struct err *err)
{
	struct str out = { 0 };
	struct atomic *a;
	int rc;

	str_puts(&out, "# A mood formula refitted by train(1): columns as in "
		       "mood-formula.tsv.\n");
	rc = moodfit_write(&c->fit, &out, err);
	a = rc ? NULL : atomic_open(o->output, err);
	if (a) {
		fwrite(out.p, 1, out.n, atomic_file(a));
		rc = atomic_commit(a, err);
	}
	str_release(&out);
	return a ? rc : -1;
}

static int run(struct ctx *c, const struct options *o, char **files, int n,
	       struct err *err)
{
	if (!c->labels_path || !c->features)
		return err_set(err, ERR_USAGE, "usage",
			       "--labels and --features are needed; see "
			       "--help");
	c->fit.formula = &c->formula;
	if (read_labels(c, err) || read_formula(c, err) ||
	    stream_each(files, n, c, each, err) || write_table(c, o, err))
		return -1;
	if (!o->quiet)
		fprintf(stderr, "train: labels=%zu used=%zu\n",
			c->numbers.count, c->fit.count);
	return 0;
}

int main(int argc, char **argv)
{
	struct ctx c = { 0 };
	struct options o;
	const struct option_spec specs[] = {
		{ "labels", 0, OPTION_TEXT, &c.labels_path, 0, 0 },
		{ "features", 0, OPTION_TEXT, &c.features, 0, 0 },
		{ "formula", 0, OPTION_TEXT, &c.formula_path, 0, 0 },
		{ 0 }
	};
	struct err err = { 0 };
	int status, first = options_parse(&o, "train", usage, specs, argc, argv,
					  &status);

	if (first < 0)
		return status;
	if (first == argc || strcmp(argv[first], "mood")) {
		err_set(&err, ERR_USAGE, "usage",
			"what to train? \"train mood\"; see --help");
		status = options_fail(&o, &err);
	} else {
		status = run(&c, &o, argv + first + 1, argc - first - 1, &err)
			     ? options_fail(&o, &err)
			     : 0;
	}
	table_release(&c.numbers);
	free(c.labels);
	moodfit_release(&c.fit);
	trackrows_release(&c.rows);
	str_release(&c.id);
	return status;
}
