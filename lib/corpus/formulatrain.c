/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/formulatrain.h"

#include <stdlib.h>

#include "corpus/datadir.h"
#include "corpus/moodfit.h"
#include "corpus/moodlabels.h"
#include "corpus/trackrows.h"
#include "io/input.h"
#include "io/stream.h"

enum { TEXT_MAX = 1 << 26 };

struct refit {
	struct moodlabels labels;
	struct moodformula formula;
	struct trackrows rows;
	struct moodfit fit;
	struct str id;
};

static int read_formula(struct moodformula *f, const char *given,
			struct err *err)
{
	struct str text = { 0 }, built_in = { 0 };
	const char *path =
	    given ? given : datadir_path("mood-formula.tsv", &built_in);
	int rc = input_slurp(path, TEXT_MAX, &text, err) ||
		 moodformula_parse(f, span_str(&text), path, err);

	str_release(&text);
	str_release(&built_in);
	return rc ? -1 : 0;
}

static int each(void *ctx, struct record *r, struct err *err)
{
	struct refit *c = ctx;
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

int formulatrain_refit(const char *formula, const char *labels,
		       const char *features, char **files, int n,
		       struct str *table, size_t *used, struct err *err)
{
	struct refit c = { .fit.formula = &c.formula };
	int rc = moodlabels_read(&c.labels, labels, err) ||
		 read_formula(&c.formula, formula, err) ||
		 trackrows_open(&c.rows, features, err) ||
		 moodformula_bind(&c.formula, feat_schema(c.rows.feat),
				  features, err) ||
		 stream_each(files, n, &c, each, err) ||
		 moodfit_write(&c.fit, table, err);

	*used = c.fit.count;
	moodlabels_release(&c.labels);
	moodfit_release(&c.fit);
	trackrows_release(&c.rows);
	str_release(&c.id);
	return rc ? -1 : 0;
}
