/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corpus/moodtrain.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/datadir.h"
#include "corpus/moodcheck.h"
#include "corpus/moodformula.h"
#include "corpus/moodlabels.h"
#include "corpus/moodmodelfit.h"
#include "corpus/trackrows.h"
#include "io/input.h"
#include "io/stream.h"

#define TEXT_MAX ((size_t)1 << 20)

struct training {
	const struct moodtrain_options *o;
	struct moodlabels labels;
	struct moodformula formula;
	bool has_formula;
	struct trackrows rows;
	struct moodmodel *model;
	struct moodset fitted, other;    /* other: the half not fitted on */
	struct moodmodel_guess *guesses; /* of model, [other.count] */
	size_t guesses_cap;
	struct str id, artist;
};

static void release(struct training *t)
{
	moodlabels_release(&t->labels);
	trackrows_release(&t->rows);
	moodmodel_close(t->model);
	moodset_release(&t->fitted);
	moodset_release(&t->other);
	free(t->guesses);
	str_release(&t->id);
	str_release(&t->artist);
}

static int slurp_data(const char *given, const char *standard, struct str *text,
		      struct str *path, struct err *err)
{
	if (given)
		str_puts(path, given);
	else
		datadir_path(standard, path);
	return input_slurp(str_z(path), TEXT_MAX, text, err);
}

/* Features without the columns of the usual formula go without it. */
static int bind_formula(struct training *t, struct err *err)
{
	struct str text = { 0 }, path = { 0 };
	struct err lacks;
	int rc =
	    slurp_data(t->o->formula, "mood-formula.tsv", &text, &path, err) ||
	    moodformula_parse(&t->formula, span_str(&text), str_z(&path), err);

	if (!rc)
		t->has_formula =
		    !moodformula_bind(&t->formula, feat_schema(t->rows.feat),
				      t->o->features, &lacks);
	str_release(&text);
	str_release(&path);
	return rc ? -1 : 0;
}

static int bind_columns(struct training *t, struct err *err)
{
	const struct feat_schema *schema = feat_schema(t->rows.feat);
	struct str text = { 0 }, path = { 0 };
	int rc =
	    slurp_data(t->o->columns, "mood-columns.tsv", &text, &path, err) ||
	    moodset_bind(&t->fitted, span_str(&text), str_z(&path), schema,
			 err) ||
	    moodset_bind(&t->other, span_str(&text), str_z(&path), schema, err);

	str_release(&text);
	str_release(&path);
	return rc ? -1 : 0;
}

static void add(struct training *t, const struct moodlabel *label,
		struct span group)
{
	const float *values = t->rows.row->values;
	struct moodset *s = &t->fitted;
	float v, a;

	if (t->model ||
	    (t->o->half && moodset_half_a(group) != (t->o->half == 'a')))
		s = &t->other;
	if (t->model) {
		MEM_ROOM(t->guesses, s->count + 1, t->guesses_cap);
		if (!moodmodel_apply(t->model, values, &t->guesses[s->count]))
			return;
	}
	moodset_add(s, values, label->valence, label->arousal, group);
	if (t->has_formula && moodformula_apply(&t->formula, values, &v, &a)) {
		s->rows[s->count - 1].formula[0] = v;
		s->rows[s->count - 1].formula[1] = a;
	}
}

static int each(void *ctx, struct record *r, struct err *err)
{
	struct training *t = ctx;
	const struct moodlabel *label;
	struct span group;
	int rc;

	if (record_id(r, &t->id, err)) {
		err->status = ERR_DATA; /* no record's error ends a process */
		return -1;
	}
	label = moodlabels_find(&t->labels, span_str(&t->id));
	if (!label)
		return 0;
	rc = trackrows_find(&t->rows, r, err);
	if (rc <= 0)
		return rc;
	if (!feat_status_measured(t->rows.row->status))
		return 0;
	group = label->group;
	if (!group.n)
		group = span_str(
		    record_text(r, "artist", &t->artist) ? &t->artist : &t->id);
	add(t, label, group);
	return 0;
}

static int gather(struct training *t, char **files, int n, struct err *err)
{
	const struct moodtrain_options *o = t->o;

	if (moodlabels_read(&t->labels, o->labels, err) ||
	    trackrows_open(&t->rows, o->features, err) ||
	    bind_formula(t, err) || bind_columns(t, err))
		return -1;
	if (o->model) {
		t->model = moodmodel_open(o->model, err);
		if (!t->model ||
		    moodmodel_bind(t->model, feat_schema(t->rows.feat),
				   o->features, err))
			return -1;
	}
	if (stream_each(files, n, t, each, err))
		return -1;
	if (!(o->model ? t->other.count : t->fitted.count))
		return err_set(err, ERR_DATA, "few",
			       "no labelled track has features: labels and "
			       "records must have the same ids");
	return 0;
}

static void beside(const struct training *t, const struct moodset *s,
		   const char *set, struct str *report)
{
	struct str name = { 0 };

	str_printf(&name, "%s-formula", set);
	if (t->has_formula)
		moodcheck_formula(s, str_z(&name), report);
	str_reset(&name);
	str_printf(&name, "%s-majority", set);
	moodcheck_majority(s, str_z(&name), report);
	str_release(&name);
}

static int folds(const struct training *t, struct str *report, struct err *err)
{
	const struct moodset *s = &t->fitted;
	struct moodmodel_guess *g = mem_zalloc(s->count, sizeof(*g));
	int rc = 0;

	for (int i = 0; i < t->o->repeats && !rc; i++) {
		struct str name = { 0 };

		str_printf(&name, i ? "folds-%d" : "folds", i + 1);
		rc = moodcheck_folds(s, t->o->folds, (uint64_t)i + 1,
				     t->o->threads, g, err);
		if (!rc)
			moodcheck_figures(s, g, str_z(&name), report);
		str_release(&name);
	}
	if (!rc)
		beside(t, s, "folds", report);
	free(g);
	return rc;
}

static void try_other(struct training *t, const struct moodmodelfit *fit,
		      struct str *report)
{
	const struct moodset *s = &t->other;
	struct moodmodel_guess *g = mem_zalloc(s->count + 1, sizeof(*g));

	for (size_t i = 0; i < s->count; i++) {
		float axes[MOODMODEL_AXES];

		moodmodel_axes(&fit->parts, s->values + i * s->dims, axes);
		moodmodel_guess_of(&fit->head, axes, &g[i]);
	}
	moodcheck_figures(s, g, "other", report);
	beside(t, s, "other", report);
	free(g);
}

static int fit_model(struct training *t, FILE *out, struct str *report,
		     struct err *err)
{
	const struct moodset *s = &t->fitted;
	struct moodmodelfit fit = { .weights = NULL };
	uint32_t *rows = mem_alloc(s->count * sizeof(*rows));
	int rc;

	for (size_t i = 0; i < s->count; i++)
		rows[i] = (uint32_t)i;
	rc = moodmodelfit(&fit, s, rows, s->count, t->o->threads, err);
	if (!rc && t->other.count)
		try_other(t, &fit, report);
	if (!rc && out)
		rc = moodmodelfit_write(&fit, out, err);
	moodmodelfit_release(&fit);
	free(rows);
	return rc;
}

int moodtrain(const struct moodtrain_options *o, char **files, int n, FILE *out,
	      struct str *report, size_t *used, struct err *err)
{
	struct training t = { .o = o };
	int rc = gather(&t, files, n, err);

	if (!rc && o->model) {
		moodcheck_figures(&t.other, t.guesses, "other", report);
		beside(&t, &t.other, "other", report);
	}
	if (!rc && !o->model && o->folds)
		rc = folds(&t, report, err);
	if (!rc && !o->model && (out || t.other.count))
		rc = fit_model(&t, out, report, err);
	*used = o->model ? t.other.count : t.fitted.count;
	release(&t);
	return rc;
}
