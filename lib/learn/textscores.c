/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/textscores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "learn/classscores.h"

void textscores_release(struct textscores *s)
{
	free(s->items);
	*s = (struct textscores){ 0 };
}

static void add(struct textscores *s, const struct texthead *h,
		const char *figure, const char *label, double value)
{
	struct textscore *t;

	MEM_ROOM(s->items, s->count + 1, s->cap);
	t = &s->items[s->count++];
	t->value = value;
	snprintf(t->name, sizeof(t->name), "%s.%s%s%s", h->name, figure,
		 label ? "." : "", label ? label : "");
}

struct matrix { /* of the rows that are labelled for a head */
	float *p, *target;
	size_t n;
};

static struct matrix select_rows(const struct texthead *h,
				 const struct labelled *l, const float *values)
{
	struct matrix m = { 0 };

	m.p = mem_zalloc(l->count * h->count + 1, sizeof(float));
	m.target = mem_zalloc(l->count * h->count + 1, sizeof(float));
	for (size_t i = 0; i < l->count; i++) {
		const float *t = labelled_target(l, i) + h->first;

		if (isnan(t[0]))
			continue;
		memcpy(m.p + m.n * h->count, values + i * l->columns + h->first,
		       h->count * sizeof(float));
		memcpy(m.target + m.n * h->count, t, h->count * sizeof(float));
		m.n++;
	}
	return m;
}

static void add_each(struct textscores *s, const struct texthead *h,
		     const struct classscores_one *one)
{
	for (size_t k = 0; k < h->count; k++)
		add(s, h, "f1", h->label[k], one[k].f1);
}

/* F1 of a single label where rows are left out whose probability is within a
 * quarter of the threshold, and their share. */
static void add_sure(struct textscores *s, const struct texthead *h,
		     const struct matrix *m)
{
	double low = 0.75 * h->threshold[0], high = 1.25 * h->threshold[0];
	size_t hits = 0, told = 0, occurs = 0, unsure = 0;

	for (size_t i = 0; i < m->n; i++) {
		double p = (double)m->p[i];
		bool is = m->target[i] >= 0.5F, says = p >= high;

		if (p > low && p < high) {
			unsure++;
			continue;
		}
		hits += is && says;
		told += says;
		occurs += is;
	}
	add(s, h, "sure-f1", NULL,
	    told + occurs ? 2.0 * (double)hits / (double)(told + occurs) : 0);
	add(s, h, "unsure", NULL, (double)unsure / (double)m->n);
}

static void add_labels(struct textscores *s, const struct texthead *h,
		       const struct matrix *m)
{
	struct classscores_one one[TEXTHEADS_COLUMNS];
	struct classscores all;

	classscores_labels(m->p, m->target, h->threshold, m->n, h->count, one,
			   &all);
	add(s, h, "macro-f1", NULL, all.macro_f1);
	add(s, h, "micro-f1", NULL, all.micro_f1);
	add(s, h, "ece", NULL,
	    classscores_ece_labels(m->p, m->target, m->n, h->count));
	add(s, h, "log-loss", NULL,
	    classscores_log_loss_labels(m->p, m->target, m->n, h->count));
	if (h->count == 1)
		add_sure(s, h, m);
	add_each(s, h, one);
	for (size_t k = 0; k < h->count; k++)
		add(s, h, "auc", h->label[k],
		    classscores_auc(m->p + k, m->target + k, m->n, h->count));
}

static void add_class(struct textscores *s, const struct texthead *h,
		      const struct matrix *m)
{
	struct classscores_one one[TEXTHEADS_COLUMNS];
	struct classscores all;

	classscores_classes(m->p, m->target, m->n, h->count, one, NULL, &all);
	add(s, h, "accuracy", NULL, all.accuracy);
	add(s, h, "macro-f1", NULL, all.macro_f1);
	add(s, h, "ece", NULL,
	    classscores_ece_classes(m->p, m->target, m->n, h->count));
	add(s, h, "log-loss", NULL,
	    classscores_log_loss_classes(m->p, m->target, m->n, h->count));
	add_each(s, h, one);
}

static void add_regression(struct textscores *s, const struct texthead *h,
			   const struct matrix *m)
{
	for (size_t k = 0; k < h->count; k++) {
		add(s, h, "r", h->label[k],
		    classscores_pearson(m->p + k, m->target + k, m->n,
					h->count));
		add(s, h, "mae", h->label[k],
		    classscores_mae(m->p + k, m->target + k, m->n, h->count));
	}
}

void textscores_add(struct textscores *s, const struct textheads *heads,
		    const struct labelled *l, const float *values)
{
	for (size_t i = 0; i < heads->count; i++) {
		const struct texthead *h = &heads->head[i];
		struct matrix m = select_rows(h, l, values);

		if (m.n) {
			add(s, h, "texts", NULL, (double)m.n);
			if (h->kind == TEXTHEAD_LABELS)
				add_labels(s, h, &m);
			else if (h->kind == TEXTHEAD_CLASS)
				add_class(s, h, &m);
			else
				add_regression(s, h, &m);
		}
		free(m.p);
		free(m.target);
	}
}

double textscores_get(const struct textscores *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (!strcmp(s->items[i].name, name))
			return s->items[i].value;
	return NAN;
}

/* "goemotions.f1.joy" is a detail, "vad.r.valence" is not. */
static bool detail(const char *name)
{
	return strstr(name, ".f1.") || strstr(name, ".auc.");
}

void textscores_write(const struct textscores *s, bool details, struct str *out)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct textscore *t = &s->items[i];

		if (!details && detail(t->name))
			continue;
		if (isnan(t->value)) /* whose sign differs by machine */
			str_printf(out, "%s\tnan\n", t->name);
		else
			str_printf(out, "%s\t%.4f\n", t->name, t->value);
	}
}
