/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "encoder/encodertrainparts.h"
#include "io/json.h"
#include "learn/textcalibrate.h"
#include "learn/textcheck.h"

static void put(struct encodertraining *t, struct str *report, const char *set,
		const char *name, double value)
{
	struct str key = { 0 };

	str_printf(report, "%s\t%s\t%.4f\n", set, name, value);
	str_printf(&key, "%s/%s", set, name);
	mlrun_metric(t->run, key.p, value, 0);
	str_release(&key);
}

static void put_told(struct encodertraining *t, struct str *report,
		     const char *set, const struct encodertraintask_told *told)
{
	double loss = told->loss / told->count;

	put(t, report, set, "loss", loss);
	if (t->config.task == ENCODERTRAIN_PAIRS)
		put(t, report, set, "nearest", told->hits / told->count);
	if (t->config.task != ENCODERTRAIN_WORDS)
		return;
	put(t, report, set, "accuracy", told->hits / told->count);
	put(t, report, set, "perplexity", exp(loss));
}

/* --- heads --- */

static void calibrated_class(const struct texthead *h, const float *z, float *v)
{
	double most = -INFINITY, sum = 0, p[TEXTHEADS_COLUMNS];

	for (size_t k = 0; k < h->count; k++) {
		p[k] = h->slope[k] * (double)z[k] + h->offset[k];
		most = fmax(most, p[k]);
	}
	for (size_t k = 0; k < h->count; k++)
		sum += p[k] = exp(p[k] - most);
	for (size_t k = 0; k < h->count; k++)
		v[k] = (float)(p[k] / sum);
}

static void calibrated(const struct textheads *heads, const float *z, float *v)
{
	for (size_t i = 0; i < heads->count; i++) {
		const struct texthead *h = &heads->head[i];

		if (h->kind == TEXTHEAD_CLASS)
			calibrated_class(h, z + h->first, v + h->first);
		for (size_t k = 0; k < h->count; k++) {
			double x = (double)z[h->first + k];

			if (h->kind == TEXTHEAD_LABELS)
				v[h->first + k] =
				    (float)texthead_probability(h, k, x);
			else if (h->kind == TEXTHEAD_REGRESSION)
				v[h->first + k] =
				    (float)(h->mean[k] + h->deviation[k] * x);
		}
	}
}

/* The targets of some rows alone, for those that read whole tables. */
static struct labelled targets_of(const struct encodertraindata *d,
				  const uint32_t *rows, size_t n)
{
	struct labelled l = { .columns = d->labelled.columns, .count = n };

	l.targets = mem_alloc((n * l.columns + 1) * sizeof(float));
	for (size_t i = 0; i < n; i++)
		memcpy(l.targets + i * l.columns,
		       labelled_target(&d->labelled, d->rows[rows[i]].text),
		       l.columns * sizeof(float));
	return l;
}

static bool any_told(const struct texthead *h, const struct labelled *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (!isnan(labelled_target(l, i)[h->first]))
			return true;
	return false;
}

static int calibrate(struct textheads *heads, const struct labelled *l,
		     const float *logits, struct err *err)
{
	float *stack;
	int rc = textcalibrate(heads, l, logits, NULL, 0, &stack, err);

	free(stack);
	for (size_t i = 0; i < heads->count; i++) {
		struct texthead *h = &heads->head[i];

		for (size_t k = 0; k < h->count && !any_told(h, l); k++)
			h->threshold[k] = 0.5;
	}
	return rc;
}

struct trial {
	const char *set;
	struct encodertraindata *data;
	const uint32_t *rows;
	size_t n;
	bool calibrates;
};

static int try_heads(struct encodertraining *t, const struct trial *x,
		     struct encodertraintask_told *told, struct str *report,
		     struct err *err)
{
	struct textheads *heads = &t->config.heads;
	size_t columns = heads->columns;
	float *logits = mem_zalloc(x->n * columns + 1, sizeof(float));
	float *values = mem_zalloc(x->n * columns + 1, sizeof(float));
	struct labelled l = targets_of(x->data, x->rows, x->n);
	struct textscores s = { 0 };
	int rc =
	    encodertrain_try(t, &t->task, x->rows, x->n, logits, told, err);

	if (!rc && x->calibrates)
		rc = calibrate(heads, &l, logits, err);
	if (!rc) {
		for (size_t i = 0; i < x->n; i++)
			calibrated(heads, logits + i * columns,
				   values + i * columns);
		if (x->calibrates)
			textcalibrate_spread(heads, &l, values);
		put_told(t, report, x->set, told);
		textscores_add(&s, heads, &l, values);
		textcheck_put(x->set, &s, false, report, t->run);
	}
	textscores_release(&s);
	free(l.targets);
	free(logits);
	free(values);
	return rc;
}

static int try_set(struct encodertraining *t, const struct trial *x,
		   struct str *report, struct err *err)
{
	const struct encodertraindata *before = t->task.data;
	struct encodertraintask_told told = { 0 };
	int rc;

	t->task.data = x->data;
	if (t->config.task == ENCODERTRAIN_HEADS) {
		rc = try_heads(t, x, &told, report, err);
	} else {
		rc = encodertrain_try(t, &t->task, x->rows, x->n, NULL, &told,
				      err);
		if (!rc && told.count > 0)
			put_told(t, report, x->set, &told);
	}
	t->task.data = before;
	return rc;
}

static int try_check(struct encodertraining *t, struct span check,
		     struct str *report, struct err *err)
{
	struct encodertraindata d = { .count = 0 };
	struct str name = { 0 };
	uint32_t *rows = NULL;
	int rc = encodertraindata_read(&d, &t->reading,
				       json_get(check, "sources"), 0, err);

	json_string(json_get(check, "name"), &name);
	if (!rc) {
		struct trial x = { str_z(&name), &d, NULL, 0, false };

		encodertraindata_make(&d, &t->reading, t->wide);
		rows = mem_alloc((d.count + 1) * sizeof(*rows));
		for (size_t i = 0; i < d.count; i++)
			rows[i] = (uint32_t)i;
		x.rows = rows;
		x.n = d.count;
		rc = d.count ? try_set(t, &x, report, err)
			     : err_set(err, ERR_DATA, "config",
				       "no text of its sources has a token");
	}
	if (rc)
		err_prefix(err, "check \"%s\"", str_z(&name));
	free(rows);
	str_release(&name);
	encodertraindata_release(&d);
	return rc;
}

static void log_epochs(struct encodertraining *t)
{
	const struct encodertrainstate *s = &t->state;

	mlrun_param_number(t->run, "seed", t->config.seed);
	mlrun_param_number(t->run, "rows", (double)t->train_count);
	mlrun_param_number(t->run, "rows-held", (double)t->held_count);
	mlrun_param_number(t->run, "parameters",
			   (double)parameters_count(&t->parameters, false));
	mlrun_param_number(t->run, "parameters-moved",
			   (double)parameters_count(&t->parameters, true));
	mlrun_text(t->run, "config.json", span_str(&t->config.text), NULL);
	for (size_t i = 0; i < s->count; i++) {
		long epoch = (long)i + 1;

		mlrun_metric(t->run, "loss", s->epochs[i].loss, epoch);
		if (!isnan(s->epochs[i].held))
			mlrun_metric(t->run, "loss-held", s->epochs[i].held,
				     epoch);
	}
}

int encodertrain_figures(struct encodertraining *t, struct str *report,
			 struct err *err)
{
	const struct encodertrainstate *s = &t->state;
	size_t last = s->best ? (size_t)s->best : s->count;
	struct span check;
	size_t pos = 0;

	log_epochs(t);
	put(t, report, "training", "loss", s->epochs[last - 1].loss);
	put(t, report, "training", "epochs", (double)last);
	put(t, report, "training", "parameters",
	    (double)parameters_count(&t->parameters, false));
	put(t, report, "training", "moved",
	    (double)parameters_count(&t->parameters, true));
	if (t->held_count) {
		struct trial x = { "held", &t->data, t->held, t->held_count,
				   true };

		if (try_set(t, &x, report, err))
			return -1;
	}
	while (json_each(t->config.checks, &pos, &check))
		if (try_check(t, check, report, err))
			return -1;
	return 0;
}
